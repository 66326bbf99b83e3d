"""What the tools share: the regions of the estate, and what a process has used so far."""

import resource
from pathlib import Path

REGIONS = ("eu-west-1",)
"""The regions that a tool looks at where it is not told."""


def cpu() -> float:
    """Return the seconds of CPU that this process has used, its own and the kernel's for it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mb() -> float:
    """Return the peak of this process's resident memory in MB.

    Linux hands the parent's peak down through a fork, so it is read from the process's own account.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
