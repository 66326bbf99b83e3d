"""Where moto answers otherwise than AWS documents, a module a service; each correction has a contract test."""

import importlib
import pkgutil
import urllib.parse
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.corrections import s3_express
from local.corrections.regions import redirected
from local.corrections.request import Correction, Request
from local.front import Answer, Front
from local.iam_actions import is_of_directory_bucket
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
        of_directory = is_of_directory_bucket(parameters)
        named = s3_express.PREFIX + operation.partition(":")[2] if of_directory else operation
        correction = self._by_operation.get(named)
        if correction is None and not operation.startswith("s3:"):
            return None
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        request = Request(front, environ, operation, parameters, query)
        if of_directory:
            return correction(request) if correction else _no_objects(request)
        if elsewhere := redirected(request):
            return elsewhere
        answer = correction(request) if correction else None
        if answer is None and request.was_read:
            return request.ask()
        return answer


def _no_objects(request: Request) -> Answer:
    """Refuse what only the zonal endpoint of a directory bucket serves."""
    message = "The embedded AWS has no objects in directory buckets."
    return request.refuse("NotImplemented", message, HTTPStatus.NOT_IMPLEMENTED)
