"""Snapshots on moto, with answers of single operations that moto does not give, and refusals."""

from types import SimpleNamespace
from typing import Any

from muster.model.finding import Resource
from muster.sdk.session import Clients
from muster.snapshots.form import forms
from muster.snapshots.reading import read_snapshot
from muster.snapshots.snapshot import Snapshot

HERE = "eu-west-1"
ACCOUNT = "123456789012"


def answers(clients: Clients, service: str, operation: str, answer: Any, status: int = 200) -> list[Any]:
    """Let an operation answer this; return what each call sends."""
    client = clients.get(service, HERE)
    seen: list[Any] = []

    def instead(params: Any, **_: Any) -> Any:
        seen.append(params.get("body") or params.get("url_path"))
        return SimpleNamespace(status_code=status), {"ResponseMetadata": {"HTTPStatusCode": status}, **answer}

    event = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.unregister(event, unique_id=operation)
    client.meta.events.register_first(event, instead, unique_id=operation)
    return seen


def refuses(clients: Clients, service: str, operation: str, code: str = "AccessDeniedException") -> None:
    """Let an operation answer with an error."""
    answers(clients, service, operation, {"Error": {"Code": code, "Message": "no"}}, 400)


def snapshot_of(clients: Clients, resource: Resource) -> Snapshot:
    """Read a resource by the form of its type."""
    return read_snapshot(clients, resource, forms()[resource.type])
