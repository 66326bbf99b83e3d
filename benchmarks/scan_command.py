"""The command `muster` itself; it also writes the peak of its memory to the file that PEAK_FILE names."""

import os
import sys
from pathlib import Path

from benchmarks.measuring import peak_mb
from muster.cli import main

if __name__ == "__main__":
    status = main(sys.argv[1:])
    Path(os.environ["PEAK_FILE"]).write_text(str(peak_mb()), encoding="ascii")
    sys.exit(status)
