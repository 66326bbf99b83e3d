"""Handlers of botocore's events: count and bound each call, renew credentials, and correct two of botocore's habits."""

import functools
import time
from collections.abc import Callable
from typing import Any

from botocore.handlers import parse_get_bucket_location

from muster.model.coverage import Ledger
from muster.sdk.credentials import CredentialRefresher
from muster.sdk.errors import Meaning, meaning_of
from muster.sdk.limiter import CallGate

_FAILED = (Meaning.THROTTLED, Meaning.EXPIRED, Meaning.REFUSED)
_LOCATION = "after-call.s3.GetBucketLocation"
Count = Callable[[str, int, str, float], None]
"""Counts a call that has ended: its operation, how often it was repeated, the error's code or nothing, its seconds."""


def counter(ledger: Ledger, service: str) -> Count:
    """Return the count of a service's calls in a ledger."""

    def count(operation: str, retries: int, code: str, seconds: float) -> None:
        ledger.called(
            f"{service}:{operation}",
            retries=retries,
            denied=meaning_of(code) is Meaning.DENIED,
            failed=meaning_of(code) in _FAILED or code.startswith(("5", "Internal", "Service")),
            seconds=seconds,
        )

    return count


def watch(client: Any, gate: CallGate, count: Count, ledger: Ledger) -> None:
    """Let each call of a client pass the gate, and count it; one without an answer is counted as failed."""
    service = client.meta.service_model.service_name

    def begins(model: Any, context: dict[str, Any], **_: object) -> None:
        gate.acquire(model.name)
        context["muster_began"] = time.monotonic()

    def ends(model: Any, context: dict[str, Any], parsed: dict[str, Any] | None = None, **_: object) -> None:
        code = str((parsed or {}).get("Error", {}).get("Code", ""))
        gate.release(model.name, taken=meaning_of(code) is not Meaning.THROTTLED)
        retries = int((parsed or {}).get("ResponseMetadata", {}).get("RetryAttempts", 0))
        count(model.name, retries, code, _since(context))

    def breaks(context: dict[str, Any], event_name: str, **_: object) -> None:
        operation = event_name.rpartition(".")[2]
        gate.release(operation, taken=False)
        ledger.called(f"{service}:{operation}", failed=True, seconds=_since(context))

    def tries_again(operation: Any, response: Any = None, **_: object) -> None:
        if _meaning(response) is Meaning.THROTTLED:
            gate.throttled(operation.name)

    client.meta.events.register("before-call", begins)
    client.meta.events.register("after-call", ends)
    client.meta.events.register("after-call-error", breaks)
    client.meta.events.register_first("needs-retry", tries_again)


def _meaning(response: Any) -> Meaning | None:
    """Return what the error of a parsed response means, None where there is none."""
    return meaning_of(str(response[1].get("Error", {}).get("Code"))) if response is not None else None


def _since(context: dict[str, Any]) -> float:
    return time.monotonic() - float(context.get("muster_began", time.monotonic()))


def refresh_credentials(client: Any, refresher: CredentialRefresher) -> None:
    """Have botocore sign and send a call again, once, that AWS refuses as expired and newer credentials may mend."""
    client.meta.events.register("before-call", _begins)
    client.meta.events.register("needs-retry", functools.partial(renewed, refresher))


def _begins(context: dict[str, Any], **_: object) -> None:
    context["muster_signed"] = time.monotonic()


def renewed(
    refresher: CredentialRefresher, response: Any = None, request_dict: Any = None, **_: object
) -> float | None:
    """Return 0, the seconds to wait, where a call is worth another try with newer credentials; else None."""
    context = (request_dict or {}).get("context", {})
    since = context.get("muster_signed")
    if since is None or _meaning(response) is not Meaning.EXPIRED:
        return None
    del context["muster_signed"]
    return 0.0 if refresher(since) else None


def tolerate_location_errors(client: Any) -> None:
    """Read where a bucket is as botocore does, but not in an error: botocore fails on one that is no XML."""
    client.meta.events.unregister(_LOCATION, parse_get_bucket_location)
    client.meta.events.register(_LOCATION, _located)


def _located(parsed: dict[str, Any], **named: Any) -> None:
    if "Error" not in parsed:
        parse_get_bucket_location(parsed=parsed, **named)


def keep_account_out_of_host(client: Any) -> None:
    """Send S3 Control's calls to an endpoint of one's own, which has no name per account.

    The account stands in the header x-amz-account-id too.
    """
    client.meta.events.register("before-sign", _without_account)


def _without_account(request: Any, **_: object) -> None:
    account = request.headers.get("x-amz-account-id")
    account = account.decode() if isinstance(account, bytes) else account
    request.url = request.url.replace(f"//{account}.", "//", 1)
