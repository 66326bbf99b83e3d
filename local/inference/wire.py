"""A request as it came over the wire, with what every protocol needs of it read once."""

import io
import re
import urllib.parse
from collections.abc import Mapping
from functools import cached_property
from typing import Any

Environ = dict[str, Any]

_SCOPE = re.compile(
    r"(?:Credential=)?(?P<key>[^/,\s=]+)/(?P<date>\d{8})/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request"
)
_FORM = "application/x-www-form-urlencoded"


class Wire:
    """One request; `path` is percent-encoded as it arrived, `host` has no port."""

    def __init__(self, environ: Environ) -> None:
        """Take a WSGI environment; the body is read only when it is needed."""
        self.environ = environ
        self.method = str(environ["REQUEST_METHOD"])
        uri = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or _quoted(environ))
        self.path = urllib.parse.urlsplit(uri).path if "://" in uri else uri.partition("?")[0]
        self.host = str(environ.get("HTTP_HOST", "")).partition(":")[0].lower()
        self.target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
        self.content_type = str(environ.get("CONTENT_TYPE") or "")

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The names and values of the query string."""
        return urllib.parse.parse_qsl(self.environ.get("QUERY_STRING", ""), keep_blank_values=True)

    @cached_property
    def query_names(self) -> Mapping[str, str]:
        """The last value of each name of the query string."""
        return dict(self.query)

    @cached_property
    def service(self) -> str:
        """The service that the signature is for, as AWS's signing spells it; empty without a signature."""
        scope = self.environ.get("HTTP_AUTHORIZATION") or self.query_names.get("X-Amz-Credential", "")
        found = _SCOPE.search(scope)
        return found["service"].lower() if found else ""

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The form that the query protocols send, in the body or in the query string."""
        if self.method == "POST" and self.content_type.startswith(_FORM):
            return {**self.query_names, **dict(urllib.parse.parse_qsl(self.text, keep_blank_values=True))}
        return self.query_names

    @property
    def action(self) -> str:
        """The operation that a form names; S3 knows no forms of this kind."""
        return self.form.get("Action", "") if self.service != "s3" else ""

    @cached_property
    def body(self) -> bytes:
        """The body as it arrived, which stays readable for the application behind."""
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        source = self.environ["wsgi.input"]
        raw: bytes = source.read(length) if length else b""
        if length:
            self.environ["wsgi.input"] = io.BytesIO(raw)
        return raw

    @property
    def text(self) -> str:
        """The body as a string."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """Return the value of a header, if it was sent."""
        key = name.upper().replace("-", "_")
        found = self.environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}")
        return None if found is None else str(found)


def _quoted(environ: Environ) -> str:
    """Spell a path again where the server keeps only the decoded one, as bytes in Latin-1 (PEP 3333)."""
    return urllib.parse.quote(str(environ.get("PATH_INFO", "/")).encode("latin-1"), safe="/~")
