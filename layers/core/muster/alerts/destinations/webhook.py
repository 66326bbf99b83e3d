"""Webhooks: their URLs from Systems Manager or Secrets Manager, and one request to them.

The URL is the secret: anybody who has it can post. It is read when an alert is sent, and stands in no log, error or
message.
"""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, unquote_plus, urlsplit

import urllib3
import urllib3.connection

from muster.alerts.destinations.sending import Place, Unsent, asking
from muster.model.text import quoted

CONNECT, READ, WHOLE = 5.0, 10.0, 20.0
"""Seconds for a connection, for the next bytes of an answer, and for the whole request."""
_MOST = 2_000
"""Bytes of an answer that are read."""
_LONGEST_WAIT = 600.0
_LOCAL = ("localhost", "127.0.0.1", "::1")
"""Hosts that may be reached without TLS: a proxy beside, or a test."""
_HEADERS = {"Content-Type": "application/json", "User-Agent": "muster"}
_BUSY, _FAULTS = 429, 500
_ENDS = re.compile(r"[/?&=#;]")
_WORD = 6
"""Characters of a part of a URL that may be secret at least; shorter ones are words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a webhook. `excerpt` is what a message may repeat of it: nothing where it has a part of the URL."""

    status: int
    text: str
    excerpt: str = ""


def url_of(reference: str, place: Place) -> str:
    """Return the URL of a webhook by its reference: `ssm:NAME` or `secretsmanager:NAME`.

    A secret may be the URL itself, or JSON with the key `url`.

    Raises:
        Unsent: it cannot be read, or it is no URL.
    """
    kind, _, name = reference.partition(":")
    what = f"cannot read the webhook's URL from {reference}"
    if kind == "ssm":
        client = place.clients.get("ssm", place.region)
        answer = asking(what, lambda: client.get_parameter(Name=name, WithDecryption=True))
        value = str(answer["Parameter"]["Value"])
    else:
        client = place.clients.get("secretsmanager", place.region)
        value = str(asking(what, lambda: client.get_secret_value(SecretId=name)).get("SecretString", ""))
    url = _in_json(value.strip())
    if _split(url) is None:
        raise Unsent(f"{reference} does not hold the URL of a webhook, like https://hooks.slack.com/services/…")
    return url


def host_of(url: str) -> str:
    """Return the host of a URL that `url_of` returned."""
    split = _split(url)
    return (split.hostname or "").rstrip(".") if split else ""


def post(url: str, document: Mapping[str, Any]) -> Answer:
    """Send JSON to a webhook with one request, and return its answer if the status is below 400.

    Redirects are not followed.

    Raises:
        Unsent: it did not answer in time, or answered with an error. 429 and 5xx are worth another try.
    """
    split = _split(url)
    if split is None:
        raise Unsent("the webhook has no URL")
    body = json.dumps(document, ensure_ascii=False).encode()
    path = f"{split.path or '/'}{f'?{split.query}' if split.query else ''}"
    try:
        with _connection(split) as connection:
            connection.request("POST", path, body, _HEADERS, preload_content=False)
            response = connection.getresponse()
            text = response.read(_MOST).decode("utf-8", "replace")
            answer, headers = Answer(response.status, text, _excerpt(text, url)), response.headers
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold the URL
        name = type(error).__name__
        raise Unsent(
            f"the webhook did not answer ({name})", again=not isinstance(error, ssl.SSLCertVerificationError)
        ) from None
    if answer.status == _BUSY or answer.status >= _FAULTS:
        raise Unsent(
            f"the webhook answered HTTP {answer.status}", again=True, after=_seconds(headers.get("Retry-After"))
        )
    if answer.status >= 300:  # noqa: PLR2004 - HTTP's own border
        raise Unsent(f"the webhook answered HTTP {answer.status}{f': {answer.excerpt}' if answer.excerpt else ''}")
    return answer


@contextmanager
def _connection(split: SplitResult) -> Iterator[Any]:
    """Open a connection, and end it after `WHOLE` seconds even where bytes drip.

    A pool of urllib3 would log the path of the URL, which is the secret.
    """
    host, timeout = split.hostname or "", urllib3.Timeout(connect=CONNECT, read=READ)
    kind: Any = urllib3.connection.HTTPSConnection if split.scheme == "https" else urllib3.connection.HTTPConnection
    connection = kind(host, split.port, timeout=timeout.connect_timeout)
    connection.connect()
    connection.sock.settimeout(READ)
    # The connection lets go of the socket when an answer without a length begins.
    sock = connection.sock
    ended = threading.Event()
    timer = threading.Timer(WHOLE, _end, [sock, ended])
    timer.daemon = True
    timer.start()
    try:
        yield connection
        if ended.is_set():
            # What was read until then may look like a whole answer.
            raise TimeoutError
    finally:
        timer.cancel()
        connection.close()


def _end(sock: socket.socket, ended: threading.Event) -> None:
    ended.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL that can be posted to; None for anything else."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return None
    fine = split.scheme == "https" or (split.scheme == "http" and split.hostname in _LOCAL)
    plain = url.isprintable() and url.isascii() and " " not in url and "@" not in split.netloc
    return split if fine and plain and split.hostname and port != 0 else None


def _in_json(value: str) -> str:
    """Return the URL of a secret that is JSON, as the console writes secrets; otherwise the value."""
    if not value.startswith("{"):
        return value
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    url = document.get("url", "")
    return url.strip() if isinstance(url, str) else ""


def _seconds(header: str | None) -> float:
    """Return the seconds of a Retry-After; a date counts from now on, and what is neither is 0."""
    header = (header or "").strip()
    if header.isascii() and header.isdigit():
        return min(float(header), _LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _excerpt(text: str, url: str) -> str:
    """Return what a webhook says in quotes, unless it repeats a part of its URL, as it is or decoded.

    The secret may be in the path, as Slack has it, or in the query, as Teams does.
    """
    line = " ".join(text.split())
    behind = url.partition("://")[2].partition("/")[2]
    parts = {part for spelled in (behind, unquote_plus(behind)) for part in _ENDS.split(spelled) if len(part) >= _WORD}
    repeated = any(part in shown for part in parts for shown in (line, unquote_plus(line)))
    return quoted(line, 100) if line and not repeated else ""
