"""The project as others meet it: the wheel, the one file to copy, README's example, the environment files."""

import ast
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from conftest import run_python

import wgan_keras
from wgan_keras import models

PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_the_package_alone_and_works_elsewhere(tmp_path):
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    built = run_python(build, tmp_path, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    wheel = tmp_path / built.stdout.split()[-1]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert {name.split("/")[0] for name in names} == {
        "wgan_keras",
        f"wgan_keras-{wgan_keras.__version__}.dist-info",
    }
    assert "wgan_keras/metrics/digit_classifier.weights.h5" in names
    (tmp_path / "empty").mkdir()
    train = ["train", "--steps", "1", "--batch-size", "4", "--out", "run"]
    use = (
        f"import wgan_keras; assert wgan_keras.__file__.startswith({str(tmp_path / 'site')!r})\n"
        f"from wgan_keras.__main__ import main; raise SystemExit(main({train}))"
    )
    result = run_python(use, cwd=tmp_path / "empty", env={**os.environ, "PYTHONPATH": str(tmp_path / "site")})
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "empty" / "run" / "samples.png").exists()


def readme_example():
    return re.search(r"```python\n(# train\.py.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)


def test_readmes_example_runs_beside_a_copy_of_models_py(tmp_path):
    shutil.copy(models.__file__, tmp_path / "models.py")
    example = readme_example()
    assert len(example.strip().splitlines()) <= 20
    (tmp_path / "train.py").write_text(example)
    alone = (
        "import sys; sys.modules['wgan_keras'] = None; import train"  # the installed package must not help
    )
    result = run_python(alone, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "wasserstein_estimate" in result.stdout


def test_models_py_needs_keras_and_tensorflow_alone():
    source = Path(models.__file__).read_text()
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported - set(sys.stdlib_module_names) == {"keras", "tensorflow"}


# From the top: what stands in a line may import what stands below it.
LAYERS = [
    {"__main__"},
    {"training", "replicas", "callbacks", "presets", "course", "old_files"},
    {"data", "metrics", "plotting", "networks", "transport", "conditional", "_explanations"},
    {"models", "fast_layers", "files", "_checks", "_quiet"},
]


def modules():
    """(name below wgan_keras, source) of every module but the package's own."""
    for path in (ROOT / "wgan_keras").rglob("*.py"):
        name = path.relative_to(ROOT / "wgan_keras").with_suffix("").parts[0]
        if name != "__init__":
            yield name, path.read_text(encoding="utf-8")


def test_imports_point_one_way():
    rank = {name: i for i, names in enumerate(LAYERS) for name in names}
    for name, source in modules():
        imported = re.findall(r"^\s*from wgan_keras\.(\w+)", source, re.MULTILINE)
        for names in re.findall(r"^\s*from wgan_keras import (.+)$", source, re.MULTILINE):
            imported += [word for word in re.findall(r"\w+", names) if word in rank]
        assert all(rank[other] >= rank[name] for other in imported), name


def test_only_what_needs_gradients_or_batches_touches_tensorflow():
    allowed = {
        "models",
        "conditional",
        "replicas",
        "training",
        "_explanations",
        "fast_layers",
        "data",
        "metrics",  # the independent critic is trained
        "_quiet",
    }
    uses = {
        name
        for name, source in modules()
        if re.search(r"^\s*(import|from) tensorflow\b", source, re.MULTILINE)
    }
    assert uses - {"course"} == allowed  # course: gradients layer by layer


def test_models_py_is_short_enough_to_be_read():
    lines = Path(models.__file__).read_text().splitlines()
    assert len(lines) <= 450
    tree = ast.parse("\n".join(lines))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 40, node.name
        if isinstance(node, ast.ClassDef):
            docstring = len((ast.get_docstring(node) or "").splitlines())
            assert node.end_lineno - node.lineno - docstring <= 120, node.name


def test_importing_has_no_side_effect(tmp_path):
    """No redirected descriptors, no environment variables."""
    code = (
        "import os; before = dict(os.environ), os.fstat(2); import keras, tensorflow\n"
        "loaded = dict(os.environ)\n"
        "import wgan_keras, wgan_keras.training, wgan_keras.presets\n"
        "assert dict(os.environ) == loaded\n"
        "assert os.fstat(2).st_ino == before[1].st_ino\n"
        "assert 'TF_CPP_MIN_LOG_LEVEL' not in os.environ"
    )
    quiet = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    result = run_python(code, cwd=tmp_path, env=quiet)
    assert result.returncode == 0, result.stderr


def requirements():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_constraints_pin_what_is_required_and_name_no_address():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    project = requirements()
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[<>=\[ ]", want)[0].lower().replace("_", "-") for want in wanted} - {"wgan-keras"}
    assert names <= pinned


def test_colab_keeps_its_own_versions():
    colab = {"tensorflow": (2, 20), "keras": (3, 13), "numpy": (2, 1), "ipywidgets": (7, 7)}
    project = requirements()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["notebooks"]]
    bounds = dict(re.split(">=", want) for want in wanted)
    for name, has in colab.items():
        assert tuple(map(int, bounds[name].split(".")))[:2] <= has
    assert project["requires-python"] == ">=3.11"


def test_the_version_is_in_the_changelog():
    assert f"## {wgan_keras.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_picture_that_is_shown_exists():
    texts = {ROOT / "README.md": (ROOT / "README.md").read_text()}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text())["cells"]
        texts[path] = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    shown = [path.parent / name for path, text in texts.items() for name in PICTURE.findall(text)]
    assert len(shown) > 5
    assert [path for path in shown if not path.resolve().is_file()] == []


def test_every_notebook_is_in_readmes_table():
    readme = (ROOT / "README.md").read_text()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"(notebooks/{path.name})" in readme


def test_committed_text_names_no_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    machine = re.compile(r"(?<![\w./])/(home|root|work|Users)/\w|\bfile:///")
    for name in listed.split():
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".txt", ".yml", ".ipynb") and "tests" not in path.parts:
            assert not machine.search(path.read_text(encoding="utf-8")), name


def test_makefile_variables_have_sane_defaults():
    result = subprocess.run(["make", "-n", "demo"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0
    assert "wgan-keras train" in result.stdout


def test_importing_loads_nothing_but_the_package_beside_keras_and_tensorflow(tmp_path):
    code = (
        "import sys, keras, tensorflow; before = set(sys.modules); import wgan_keras; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    result = run_python(code, cwd=tmp_path)
    assert result.stdout.split() == ["wgan_keras"], result.stderr
