"""Where moto answers otherwise than AWS documents, a module a service; each correction has a contract test."""

import importlib
import pkgutil
import urllib.parse
from collections.abc import Mapping
from typing import Any

from local.corrections.regions import redirected
from local.corrections.request import Correction, Request
from local.front import Answer, Front
from local.inference.wire import Environ


class Corrections:
    """All corrections, by operation, with what they remember."""

    def __init__(self) -> None:
        """Take the corrections of every module beside this one."""
        self._by_operation: dict[str, Correction] = {}
        for info in pkgutil.iter_modules(__path__, f"{__name__}."):
            make = getattr(importlib.import_module(info.name), "corrections", dict)
            self._by_operation |= make()

    def __call__(self, front: Front, operation: str, parameters: Mapping[str, Any], environ: Environ) -> Answer | None:
        """Answer a request, or leave it to moto."""
        correction = self._by_operation.get(operation)
        if correction is None and not operation.startswith("s3:"):
            return None
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        request = Request(front, environ, operation, parameters, query)
        if elsewhere := redirected(request):
            return elsewhere
        answer = correction(request) if correction else None
        if answer is None and request.was_read:
            return request.ask()
        return answer
