"""What the benchmarks' command lines share."""

import argparse
import json
from pathlib import Path

from wgan_keras.files import written_whole


def is_quick(description, what):
    """Read the command line: whether `--quick`, the short form that is described as `what`, is asked for."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=what)
    return parser.parse_args().quick


def write_json(path, rows):
    with written_whole(path) as partial:
        Path(partial).write_text(json.dumps(rows, indent=1) + "\n")
