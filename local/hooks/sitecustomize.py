"""Loaded by the functions' processes at start: their AWS calls name themselves."""

import importlib.abc
import importlib.util
import sys
from types import ModuleType


class _AfterBotocore(importlib.abc.MetaPathFinder):
    """Installs the hooks when botocore is first used, so that a process without AWS pays nothing."""

    def find_spec(self, name: str, _path: object = None, _target: ModuleType | None = None) -> None:
        """Never find anything; only watch."""
        # botocore.session imports what is patched, and is not imported by it: whatever is watched here must not be.
        if name == "botocore.session":
            sys.meta_path.remove(self)
            import embedded_hooks  # type: ignore[import-not-found]  # noqa: PLC0415 - beside this file on the path

            embedded_hooks.install()


sys.meta_path.insert(0, _AfterBotocore())
