"""Load TensorFlow without the notes that it writes at its start: the command line does this, nothing else.

They would bury the progress bar. TF_CPP_MIN_LOG_LEVEL=0 shows all of them.
"""

import os
import sys

if "tensorflow" not in sys.modules and os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "0":
    # Compiled code writes past Python's sys.stderr; Python's own errors still come through afterwards.
    sys.stderr.flush()
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
