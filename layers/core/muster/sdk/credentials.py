"""Credentials that AWS refuses as expired, fetched once more: botocore renews them by the clock alone.

The clock here may be slow, a session may have ended early, or a login may have rewritten a file.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import boto3
import botocore.exceptions
import botocore.parsers
from botocore.credentials import ReadOnlyCredentials, RefreshableCredentials

from muster.sdk.errors import READ_ERRORS

T = TypeVar("T")
PAUSE = 60.0
"""Seconds between two renewals: where AWS refuses fresh credentials too, not every call fetches others."""
_OF_BOTOCORE = (
    botocore.exceptions.BotoCoreError,
    botocore.exceptions.ClientError,
    botocore.parsers.ResponseParserError,
)
_FILES = frozenset({"shared-credentials-file", "config-file"})


class CredentialRefresher:
    """Renews the credentials of one session; safe to use from many threads."""

    def __init__(self, session: "boto3.session.Session") -> None:
        """Renew the credentials of a session in place, so that all its clients sign with the new ones."""
        self._session: Any = session
        self._lock = threading.Lock()
        self._renewed = self._tried = float("-inf")

    def __call__(self, since: float) -> bool:
        """Return whether a call that began then (`time.monotonic`) is worth another try with newer credentials."""
        with self._lock:
            if self._renewed >= since:
                return True
            if time.monotonic() < self._tried + PAUSE:
                return False
            self._tried = time.monotonic()
            try:
                if not self._changes():
                    return False
            except READ_ERRORS:
                return False
            self._renewed = time.monotonic()
            return True

    def _changes(self) -> bool:
        credentials = self._session.get_credentials()
        before = _key(credentials)
        if isinstance(credentials, RefreshableCredentials):
            _refresh(credentials)
        elif credentials is not None and credentials.method in _FILES:
            self._read_again(credentials)
        return _key(credentials) != before

    def _read_again(self, credentials: Any) -> None:
        found = self._session._session.get_component("credential_provider").load_credentials()  # noqa: SLF001 - a test guards the name
        if found is not None and found.method == credentials.method:
            fresh = found.get_frozen_credentials()
            credentials.access_key, credentials.secret_key = fresh.access_key, fresh.secret_key
            credentials.token = fresh.token


def _refresh(credentials: Any) -> None:
    # Roles and SSO hand out what they fetched before until its time is over; that is what AWS has just refused.
    fetcher = getattr(credentials._refresh_using, "__self__", None)  # noqa: SLF001 - a test guards the names
    cache, key = getattr(fetcher, "_cache", {}), getattr(fetcher, "_cache_key", None)
    if key in cache:
        del cache[key]
    with credentials._refresh_lock:  # noqa: SLF001 - the same
        _fetched(lambda: credentials._protected_refresh(is_mandatory=True), credentials.method)  # noqa: SLF001 - the same


def _key(credentials: Any) -> ReadOnlyCredentials | None:
    found: ReadOnlyCredentials | None = credentials.get_frozen_credentials() if credentials else None
    return found


def handed_out(find: Callable[[], Any]) -> Any:
    """Return a session's credentials as `find` does; what goes wrong when they are fetched has botocore's words."""
    found = _fetched(find, "")
    if isinstance(found, RefreshableCredentials) and "get_frozen_credentials" not in vars(found):
        once: Any = found
        once.get_frozen_credentials = functools.partial(_fetched, found.get_frozen_credentials, found.method)
    return found


def _fetched(fetch: Callable[[], T], method: str) -> T:
    """Fetch credentials: a process or a cache may hand out no JSON, half of it, or what is over already.

    Raises:
        botocore.exceptions.CredentialRetrievalError: where botocore lets that through as it comes.
    """
    try:
        return fetch()
    except (*_OF_BOTOCORE, ConnectionError, TimeoutError):
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise botocore.exceptions.CredentialRetrievalError(
            provider=method or "any provider", error_msg=reason
        ) from error
