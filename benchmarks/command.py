"""What the benchmarks' command lines share."""

import argparse
import contextlib
import csv
import io
import json
import shutil
import sys
from pathlib import Path

from wgan_keras.files import written_whole

RESULTS = Path(__file__).parent / "results"


def options(description, what, arguments, resumable=False):
    """The command line: `quick`, for the short form described as `what`, and `resume` for long benchmarks."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=what)
    if resumable:
        parser.add_argument("--resume", action="store_true", help="go on after an interruption, same code")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def finished_runs(name, resume):
    """A folder in which a long benchmark keeps the runs that have ended, until all have."""
    folder = RESULTS / f"partial-{name}"
    if folder.exists() and not resume:
        ended = len(list(folder.iterdir()))
        sys.exit(f"{folder} holds {ended} runs of an interrupted benchmark: pass --resume or remove it.")
    if resume and not folder.exists():
        print("There is no interrupted benchmark to go on with: starting anew.")
    folder.mkdir(exist_ok=True)
    yield folder
    shutil.rmtree(folder)


def best_rate(found, kind):
    """Of the rows of a search the rate of this model with the least Fréchet distance."""
    return min((row["frechet"], row["rate"]) for row in found if row["model"] == kind)[1]


def write_json(name, rows):
    with written_whole(RESULTS / name) as partial:
        Path(partial).write_text(json.dumps(rows, indent=1) + "\n")


def put_csv(name, rows, columns, quick):
    """Write rows to a file of results, or print them in the quick form."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    if quick:
        print(text.getvalue(), end="")
    else:
        with written_whole(RESULTS / name) as partial:
            Path(partial).write_text(text.getvalue(), newline="\n")
