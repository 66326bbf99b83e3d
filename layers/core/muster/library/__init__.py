"""Muster as a library: `from muster import scan`."""

from muster.library.running import Scan, Unread, scan

__all__ = ["Scan", "Unread", "scan"]
