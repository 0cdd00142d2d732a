"""Execute notebooks from top to bottom, in place: python tools/run_notebooks.py notebooks [NAME ...]

WGAN_KERAS_PROFILE chooses the profile; committed outputs are those of `laptop`.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from wgan_keras.models import written_whole

WIDGET = "application/vnd.jupyter.widget-view+json"


def drop_widgets(notebook):
    """Leave out what only a running kernel can show: sliders have a static figure beside them."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]


def run(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=1800,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        record_timing=False,  # times of execution are no result
        # What TensorFlow's compiled code notes on the hardware goes to the terminal, not into the outputs.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
    )
    client.execute()
    drop_widgets(notebook)
    with written_whole(path) as partial:
        nbformat.write(notebook, partial)


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for path in sorted(Path(folder).glob("*.ipynb")):
        if not names or path.name in names:
            start = time.perf_counter()
            run(path)
            print(f"{path}: {time.perf_counter() - start:.0f} s", flush=True)
