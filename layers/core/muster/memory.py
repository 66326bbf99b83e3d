"""Keeping resident memory where it is while pages of many megabytes come and go."""

import contextlib
import ctypes
import platform

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 256 * 1024


def steady() -> None:
    """Let glibc give large blocks back to the system at once, and keep the small ones of all threads together.

    Left alone, it learns from the first page that is freed to keep such blocks, in an arena for each thread, where
    small ones soon lie between them: a scan of a million instances ends with more than one of ten thousand.
    Other systems' allocators are left alone. https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if platform.libc_ver()[0] != "glibc":
        return
    with contextlib.suppress(OSError, AttributeError):
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        allocator.mallopt(_M_ARENA_MAX, 1)
