"""Keeping memory and the search for garbage cheap while pages of many megabytes come and go."""

import contextlib
import ctypes
import functools
import gc
import platform

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 256 * 1024
_YOUNG = 10_000
"""How many new objects there are between two searches for cycles among them."""


@functools.cache
def tune_allocator() -> None:
    """Let glibc give large blocks back to the system at once, and keep the small ones of all threads together.

    Left alone, it learns from the first page that is freed to keep such blocks, in an arena for each thread, where
    small ones soon lie between them: a scan of a million instances ends with more than one of ten thousand.
    Other systems' allocators are left alone. https://man7.org/linux/man-pages/man3/mallopt.3.html

    What is there by now, modules above all, stays until the process ends: no search for cycles looks at it again. That
    is done once in a process. https://docs.python.org/3/library/gc.html#gc.freeze

    Cycles are searched for less often: a page becomes tens of thousands of objects that live until it is judged, and
    none of them lies in a cycle. https://docs.python.org/3/library/gc.html#gc.set_threshold
    """
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    gc.freeze()
    if platform.libc_ver()[0] != "glibc":
        return
    with contextlib.suppress(OSError, AttributeError):
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        allocator.mallopt(_M_ARENA_MAX, 1)
