"""Print the lower bounds of pyproject.toml as pip's constraints: python tools/oldest_versions.py

`make test-oldest` installs exactly these, so that what the bounds promise is tried.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def oldest_versions():
    """Lines `name==version`, one for each requirement with a lower bound."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    requirements = [*project["dependencies"], *extras["notebooks"], *extras["test"]]
    return [re.sub(">=", "==", line) for line in requirements if ">=" in line]


if __name__ == "__main__":
    print(*oldest_versions(), sep="\n")
