"""The notebook rules, each broken once, and the exercises' solutions, executed."""

import base64
import copy
import io
import json
import math
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import lint_notebooks  # noqa: E402
import run_notebooks  # noqa: E402

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_cell(source="x = 1", count=1, outputs=(), tags=()):
    return {
        "cell_type": "code",
        "source": source,
        "execution_count": count,
        "outputs": list(outputs),
        "metadata": {"tags": list(tags)},
    }


def text_cell(source="Some words."):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def picture(alt="A line."):
    return {"output_type": "display_data", "data": {"image/png": ""}, "metadata": {"image/png": {"alt": alt}}}


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


GOOD = {
    "cells": [
        code_cell("import numpy as np"),
        code_cell(count=2, outputs=[printed("fine\n"), picture()]),
        text_cell("**Takeaway.** It is a line."),
        *[text_cell() for _ in range(16)],
        code_cell("y = 2", count=3),
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def lint(tmp_path, change=lambda notebook: None, name="00_test.ipynb"):
    notebook = copy.deepcopy(GOOD)
    change(notebook)
    (tmp_path / name).write_text(json.dumps(notebook))
    return lint_notebooks.faults(tmp_path)


def test_a_good_notebook_has_no_faults(tmp_path):
    assert lint(tmp_path) == []


def second(**changes):
    """Change the second cell, code with outputs."""
    return lambda notebook: notebook["cells"][1].update(changes)


def third(source):
    return lambda notebook: notebook["cells"][3].update(source=source)


BREAKS = {
    "20 are allowed": second(source="x = 1\n" * 20 + "x = 2"),
    "cell 2 has a line of more than 88 characters": second(source=f"x = '{'a' * 85}'"),
    "half of the code cells": lambda notebook: [
        cell.update(source="x = 1\n" * 8 + "x = 2") for cell in notebook["cells"][:2]
    ],
    "a takeaway of 61 words, 60": lambda notebook: notebook["cells"][2].update(
        source="**Takeaway.**" + " word" * 60 + "\n\nAnd more."
    ),
    "cell 4 says 'laws': better 'distribution'": third("Two laws of probability."),
    "cell 4 says 'is no '": third("A score is no probability."),
    "execution counts": second(execution_count=7),
    "wrote to stderr": second(outputs=[printed("a", name="stderr")]),
    "a warning": second(outputs=[printed("UserWarning: look out")]),
    "shows a warning": second(outputs=[printed("WARNING:tensorflow:5 out of the last 13 calls")]),
    "a progress bar": second(outputs=[printed("50%|█████     | 5/10")]),
    "a machine path": second(outputs=[printed("saved to /home/me/model.keras")]),
    "ended in an error": second(
        outputs=[{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    ),
    "dead without a kernel": second(
        outputs=[{"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {}}}]
    ),
    "without alt text": second(outputs=[picture(alt="")]),
    "no outputs": second(outputs=[]),
    "installs packages": second(source="!pip install keras"),
    "filters warnings": second(source="warnings.filterwarnings('ignore')"),
    "holds a TODO": second(source="x = 1  # TODO: more"),
    "an absolute path": second(source="open('/tmp/data.csv')"),
    "all imports belong": second(source="from numpy import sin"),
    "no **Takeaway.**": lambda notebook: notebook["cells"][2].update(source="Look."),
    "cell 4 shows a picture without alt text": third("![](images/a.png)"),
    "cell 4 holds an absolute path": third("See /home/me/notes."),
    "it is a critic": third("The discriminator gives a score."),
    "kernel must be python3": lambda notebook: notebook["metadata"].update(kernelspec={"name": "my-env"}),
    "metadata.widgets": lambda notebook: notebook["metadata"].update(widgets={}),
    "20 to 60": lambda notebook: notebook["cells"].pop(),
}


@pytest.mark.parametrize("message", BREAKS)
def test_each_rule_finds_its_fault(tmp_path, message):
    faults = lint(tmp_path, BREAKS[message])
    assert any(message in fault for fault in faults), faults


def test_rules_have_their_exceptions(tmp_path):
    assert lint(tmp_path, second(source="x = 1\n" * 39 + "x = 2", metadata={"tags": ["model"]})) == []
    assert (
        lint(
            tmp_path, third("The discriminator of a GAN gives a logit, see https://arxiv.org/abs/1406.2661.")
        )
        == []
    )


def test_in_the_notebooks_on_gans_every_discriminator_is_one(tmp_path):
    (tmp_path / "00_first.ipynb").write_text(json.dumps(GOOD))
    assert lint(tmp_path, third("The discriminator gives a logit."), name="01_gan.ipynb") == []


def test_names_count_without_gaps(tmp_path):
    lint(tmp_path)
    assert any("must count" in fault for fault in lint(tmp_path, name="02_gap.ipynb"))


def test_large_files_and_empty_folders(tmp_path):
    assert "no notebooks" in lint_notebooks.faults(tmp_path)[0]
    faults = lint(tmp_path, second(outputs=[printed("0" * 1_500_001)]))
    assert any("larger than 1.5 MB" in fault for fault in faults)


def test_the_committed_notebooks_follow_the_rules():
    assert NOTEBOOKS
    assert lint_notebooks.faults(ROOT / "notebooks") == []


def test_dead_widgets_are_left_out_of_the_outputs():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "0"}, "text/plain": "VBox()"}
    notebook = nbformat.v4.new_notebook(metadata={"widgets": {}})
    with_stills = {**view, "image/png": "", "text/plain": "stills"}
    outputs = [
        nbformat.v4.new_output("display_data", data=data)
        for data in (view, with_stills, {"text/plain": "kept"})
    ]
    notebook.cells = [nbformat.v4.new_markdown_cell("Text."), nbformat.v4.new_code_cell("1", outputs=outputs)]
    run_notebooks.drop_widgets(notebook)
    assert "widgets" not in notebook.metadata
    assert [output.data for output in notebook.cells[1].outputs] == [
        {"image/png": "", "text/plain": "stills"},
        {"text/plain": "kept"},
    ]


@pytest.mark.parametrize("opacity", [255, 100])
def test_pictures_shrink_and_keep_their_pixels(opacity):
    pixels = np.random.default_rng(0).integers(256, size=(40, 50, 4), dtype="uint8")
    pixels[..., 3] = opacity
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "png")
    data = {"image/png": base64.b64encode(written.getvalue()).decode()}
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data=data)])
    run_notebooks.shrink_pictures(nbformat.v4.new_notebook(cells=[cell]))
    smaller = base64.b64decode(cell.outputs[0].data["image/png"])
    assert opacity < 255 or len(smaller) < 0.9 * len(written.getvalue())
    picture = Image.open(io.BytesIO(smaller))
    assert np.array_equal(np.asarray(picture.convert("RGBA")), pixels)
    assert picture.mode == ("RGB" if opacity == 255 else "RGBA")


def solved(notebook):
    """The notebook with each exercise's answer replaced by the first solution that follows it."""
    count = 0
    for i, cell in enumerate(notebook.cells):
        if "exercise" in cell.metadata.get("tags", []):
            solution = re.search(r"```python\n(.*?)```", notebook.cells[i + 1].source, re.DOTALL).group(1)
            _, check = cell.source.split("# --- check\n")
            cell.source = solution + check
            count += 1
    return count


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_solutions_pass_their_checks(path, monkeypatch, capsys):
    monkeypatch.setenv("WGAN_KERAS_PROFILE", "smoke")
    notebook = nbformat.read(path, as_version=4)
    exercises = solved(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    # Imports, constants, and what is tagged as of use to an exercise: an exercise needs no more of its
    # notebook, and nbmake runs the rest.
    wanted = {"exercise", "exercise-setup"}
    names = {}
    for cell in code[:2] + [cell for cell in code[2:] if wanted & set(cell.metadata.get("tags", []))]:
        exec(cell.source, names)
    text = capsys.readouterr().out
    assert len(re.findall(r"^[\w ]+ \d: right", text, re.MULTILINE)) == exercises >= 2
    assert "no answer yet" not in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_half_filled_exercise_gets_a_sentence(path, monkeypatch, capsys):
    monkeypatch.setenv("WGAN_KERAS_PROFILE", "smoke")
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    tagged = [cell for cell in code[2:] if "exercise-setup" in cell.metadata.get("tags", [])]
    exercises = [cell for cell in code[2:] if "exercise" in cell.metadata.get("tags", [])]
    # A function with a blank left in it, or what a reader puts where a number is wanted.
    names = {"half_filled": lambda *arguments: ... * 1}
    for cell in [*code[:2], *tagged]:
        exec(cell.source, names)
    capsys.readouterr()
    for cell in exercises:
        answer, check = cell.source.split("# --- check\n")
        exec(re.sub(r"(?<!\.)\.\.\.(?!\.)", "half_filled", answer) + check, names)
    told = capsys.readouterr().out.strip().splitlines()
    assert len(told) == len(exercises) >= 3
    assert all(re.match(r"[\w ]+ \d: not yet: ", line) for line in told), told


def test_the_dirac_gans_end_at_the_known_radii():
    # Of 500 steps of 0.2 from (1, 1), both players at once and in turn; computed by a separate program.
    known = {
        "GAN": (3.096949, 1.421019),
        "Wasserstein, no bound": (25635.974, 1.397863),
        "Wasserstein, |ψ| ≤ 1": (1.002152, 1.024119),
        "Wasserstein, penalty": (1.801793, 1.221067),
        "GAN, zero-centred penalty": (2.643e-6, 2.301e-7),
    }
    notebook = nbformat.read(ROOT / "notebooks" / "02_gan_failures.ipynb", as_version=4)
    (source,) = [cell.source for cell in notebook.cells if "def play(" in cell.source]
    names = {"math": math, "np": np}
    exec(source, names)
    for game, radii in known.items():
        paths = [names["play"](**names["GAMES"][game], alternating=turns) for turns in (False, True)]
        assert [np.hypot(*path[-1]) for path in paths] == pytest.approx(radii, rel=3e-4)


def test_notebook_09_trains_on_a_folder_of_colour_images(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(0)
    for i in range(150):
        Image.fromarray(rng.integers(256, size=(70, 90, 3), dtype="uint8")).save(tmp_path / f"{i}.png")
    monkeypatch.setenv("WGAN_KERAS_PROFILE", "smoke")
    monkeypatch.chdir(ROOT / "notebooks")
    notebook = nbformat.read("09_images.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    edits = {  # as a reader edits the cell of the switch
        r"^DATA = .*$": f"DATA = {str(tmp_path)!r}",
        r"^IMAGE_SIZE = None": "IMAGE_SIZE = 64",
        r'^TRAIN, HELD_OUT = "train", "test"': 'TRAIN, HELD_OUT = "train[:80%]", "train[80%:]"',
        r"^FEATURES = metrics.digit_features": "FEATURES = lambda x: x[:, ::16, ::16].reshape(len(x), -1)",
    }
    (switch,) = (i for i, source in enumerate(code) if re.search(r"^DATA = ", source, re.MULTILINE))
    for pattern, edited in edits.items():
        code[switch], count = re.subn(pattern, edited.replace("\\", "/"), code[switch], flags=re.MULTILINE)
        assert count == 1
    # Section 1, which ends with the distances, and the cells that score the reader's own run.
    (last,) = (i for i, source in enumerate(code) if source.startswith("def frechet"))
    (flat,) = (i for i, source in enumerate(code) if source.startswith("def flat"))
    names = {}
    for source in [*code[: last + 1], *code[flat : flat + 2]]:
        exec(source, names)
    assert names["real"].shape[1:] == (64, 64, 3)
    assert names["trained"]["WGAN-GP"][0].generate(2).shape == (2, 64, 64, 3)
    assert np.isfinite(names["independent"]["held_out"])
