"""Check notebooks against the project's rules: python tools/lint_notebooks.py notebooks

Prints one line for each fault and exits with 1 if there is any.
"""

import json
import re
import statistics
import sys
from pathlib import Path

MAX_BYTES = 1_500_000
MAX_LINES, MAX_MODEL_LINES, MEDIAN_LINES, MAX_COLUMNS = 20, 40, 8, 88
MAX_CELLS, MAX_TAKEAWAY_WORDS = (20, 60), 60
OF_GANS = {"01_gan", "02_gan_failures"}  # every discriminator there is a GAN's
MACHINE_PATH = re.compile(
    r"(?<![\w.:/])(/(home|root|work|tmp|usr|opt|Users|content|private|var)/\w|[A-Z]:\\\w)"
)
FORBIDDEN_CODE = {
    r"^\s*[!%]\s*(pip|conda)": "installs packages",
    r"filterwarnings|simplefilter": "filters warnings",
    r"\b(TODO|FIXME|XXX)\b": "holds a TODO",
}
LANGUAGE = {
    r"\blaws?\b(?! of large)": "distribution",
    r"\breadings?\b": "estimate",
    r"\bby heart\b": "memorizes",
    r"\bexactly if\b": "if and only if",
    r"\bwhole numbers?\b": "integer",
    r"\bis no (?!longer|better|worse|more|less|larger|smaller|harder|easier)": "is not a",
    r"\bthe least (KL|JS|TV)\b": "the minimum of",
    r"\btruth value\b": "boolean",
}
DEBRIS = {
    r"\d%\|": "a progress bar",
    r"(?i)warning:": "a warning",
    r"[█━]": "a progress bar",
    r"\r": "a progress bar",
}


def faults(folder):
    """All faults of the notebooks in a folder, as sentences."""
    paths = sorted(Path(folder).glob("*.ipynb"))
    found = [] if paths else [f"{folder}: no notebooks"]
    numbers = [path.name[:2] for path in paths]
    if numbers != [f"{i:02}" for i in range(len(paths))]:
        found.append(f"{folder}: names must count 00_, 01_, ... without gaps: {', '.join(numbers)}")
    for path in paths:
        found += [f"{path.name}: {fault}" for fault in notebook_faults(path)]
    return found


def notebook_faults(path):
    if path.stat().st_size > MAX_BYTES:
        yield f"larger than {MAX_BYTES / 1e6} MB"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    low, high = MAX_CELLS
    if not low <= len(cells) <= high:
        yield f"{len(cells)} cells, {low} to {high} are wanted"
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        yield "the kernel must be python3"
    if "widgets" in notebook["metadata"]:
        yield "metadata.widgets: GitHub refuses to show the notebook"
    if [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        yield "execution counts are not 1..N: run it from top to bottom"
    if not any(cell["outputs"] for cell in code):
        yield "no outputs: run it with make notebooks"
    yield from weight_faults(cells)
    for i, cell in enumerate(cells, start=1):
        source = "".join(cell["source"])
        check = code_faults if cell["cell_type"] == "code" else text_faults
        for fault in check(cell, source, bool(code) and cell is code[0]):
            yield f"cell {i} {fault}"
        of_gans = path.stem in OF_GANS or re.search(r"\bGANs?\b", source)
        if re.search("discriminator", source, re.IGNORECASE) and not of_gans:
            yield f"cell {i} says discriminator and speaks of no GAN: in a Wasserstein model it is a critic"
    for i, cell in enumerate(cells):
        if any(image_types(output) for output in cell.get("outputs", [])):
            following = "".join(cells[i + 1]["source"]) if i + 1 < len(cells) else ""
            if not following.startswith("**Takeaway.**"):
                yield f"cell {i + 1} shows a picture, and no **Takeaway.** follows"


def weight_faults(cells):
    """What makes a notebook heavy: many lines of code, long lines and takeaways, words that nobody says."""
    sources = ["".join(cell["source"]) for cell in cells]
    lengths = [line_count(source) for cell, source in zip(cells, sources) if cell["cell_type"] == "code"]
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        yield f"half of the code cells have more than {MEDIAN_LINES} lines"
    for i, (cell, source) in enumerate(zip(cells, sources), start=1):
        if cell["cell_type"] == "code":
            if max(map(len, source.splitlines()), default=0) > MAX_COLUMNS:
                yield f"cell {i} has a line of more than {MAX_COLUMNS} characters"
            continue
        words = len(source.partition("\n\n")[0].split())
        if source.startswith("**Takeaway.**") and words > MAX_TAKEAWAY_WORDS:
            yield f"cell {i} has a takeaway of {words} words, {MAX_TAKEAWAY_WORDS} are allowed"
        for pattern, better in LANGUAGE.items():
            for found in re.finditer(pattern, source):
                yield f"cell {i} says {found[0]!r}: better {better!r}"


def line_count(source):
    return source.count("\n") + 1


def code_faults(cell, source, first):
    limit = MAX_MODEL_LINES if "model" in cell["metadata"].get("tags", []) else MAX_LINES
    if line_count(source) > limit:
        yield f"has {line_count(source)} lines of code, {limit} are allowed"
    if not first and re.search(r"^\s*(import|from \S+ import)\b", source, re.MULTILINE):
        yield "imports: all imports belong in the first code cell"
    for pattern, fault in FORBIDDEN_CODE.items():
        if re.search(pattern, source, re.MULTILINE):
            yield fault
    if MACHINE_PATH.search(source):
        yield "holds an absolute path"
    for output in cell["outputs"]:
        yield from output_faults(output)


def output_faults(output):
    if output["output_type"] == "error":
        yield "ended in an error"
    if output.get("name") == "stderr":
        yield "wrote to stderr"
    data = output.get("data", {})
    if any("jupyter.widget" in kind for kind in data):
        yield "shows a widget, which is dead without a kernel: run it with make notebooks"
    text = "".join(output.get("text", [])) + "".join(data.get("text/plain", []))
    for pattern, what in DEBRIS.items():
        if re.search(pattern, text):
            yield f"shows {what} in its output"
    if MACHINE_PATH.search(text):
        yield "shows a machine path in its output"
    for kind in image_types(output):
        if not output["metadata"].get(kind, {}).get("alt"):
            yield "shows a picture without alt text: use plotting.show(figure, alt)"


def text_faults(cell, source, first):
    if re.search(r"!\[\s*\]\(", source):
        yield "shows a picture without alt text"
    if re.search(r"<img(?![^>]*\balt=\"[^\"]+\")", source):
        yield "shows a picture without alt text"
    if re.search(r"\b(TODO|FIXME)\b", source):
        yield "holds a TODO"
    if MACHINE_PATH.search(source):
        yield "holds an absolute path"


def image_types(output):
    return [kind for kind in output.get("data", {}) if kind.startswith("image/")]


if __name__ == "__main__":
    found = faults(sys.argv[1])
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
