"""What the benchmarks' command lines share."""

import argparse
import csv
import io
import json
from pathlib import Path

from wgan_keras.files import written_whole

RESULTS = Path(__file__).parent / "results"


def is_quick(description, what, arguments):
    """Read the command line: whether `--quick`, the short form that is described as `what`, is asked for."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=what)
    return parser.parse_args(arguments).quick


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
