"""Execute notebooks from top to bottom, in place: python tools/run_notebooks.py notebooks [NAME ...]

WGAN_KERAS_PROFILE chooses the profile; committed outputs are those of `laptop`.
"""

import base64
import io
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

from wgan_keras.files import written_whole

WIDGET = "application/vnd.jupyter.widget-view+json"


def drop_widgets(notebook):
    """Leave out what only a running kernel can show, and keep the still pictures that came with it."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            live = [output for output in cell.outputs if output.get("data", {}).pop(WIDGET, None)]
            cell.outputs = [o for o in cell.outputs if o not in live or "image/png" in o["data"]]


def shrink_pictures(notebook):
    """Write the same pixels with fewer bytes: opaque pictures without their alpha channel, a tenth less."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
                if picture.mode == "RGBA" and picture.getextrema()[3] == (255, 255):
                    picture = picture.convert("RGB")
                smaller = io.BytesIO()
                picture.save(smaller, "png", optimize=True)
                output.data["image/png"] = base64.b64encode(smaller.getvalue()).decode()


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
    shrink_pictures(notebook)
    with written_whole(path) as partial:
        nbformat.write(notebook, partial)


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for path in sorted(Path(folder).glob("*.ipynb")):
        if not names or path.name in names:
            start = time.perf_counter()
            run(path)
            print(f"{path}: {time.perf_counter() - start:.0f} s", flush=True)
