"""Where moto's DMS answers otherwise than AWS documents: states, and what is set by default.

https://docs.aws.amazon.com/dms/latest/APIReference/API_ReplicationTask.html
https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html
"""

import json
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_COMPONENTS = (
    "TRANSFORMATION", "SOURCE_UNLOAD", "IO", "TARGET_LOAD", "PERFORMANCE", "SOURCE_CAPTURE", "SORTER", "REST_SERVER",
    "VALIDATOR_EXT", "TARGET_APPLY", "TASK_MANAGER", "TABLES_MANAGER", "METADATA_MANAGER", "FILE_FACTORY", "COMMON",
    "ADDONS", "DATA_STRUCTURE", "COMMUNICATION", "FILE_TRANSFER",
)  # fmt: skip


def corrections() -> dict[str, Correction]:
    """Return what corrects DMS, by operation."""
    return {
        "dms:CreateEndpoint": _create_endpoint,
        "dms:CreateReplicationInstance": _create_instance,
        "dms:CreateReplicationTask": _create_task,
    }


def _backend(request: Request) -> Any:
    from moto.dms.models import dms_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return dms_backends[account][region]


def _create_endpoint(request: Request) -> Answer:
    """Make an endpoint that is active, without TLS unless a mode is given."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        made = _backend(request).endpoints[request.parameters["EndpointIdentifier"]]
        made.status, made.ssl_mode = "active", made.ssl_mode or "none"
    return status, body


def _create_instance(request: Request) -> Answer:
    """Make an instance that is public, and in one zone, unless the request has it otherwise."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        made = list(_backend(request).replication_instances.values())[-1]
        given = request.parameters
        made.multi_az = given.get("MultiAZ", False)
        made.publicly_accessible = given.get("PubliclyAccessible", True)
        made.auto_minor_version_upgrade = given.get("AutoMinorVersionUpgrade", True)
    return status, body


def _create_task(request: Request) -> Answer:
    """Make a task that is ready, whose settings name every component of the log."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        made = list(_backend(request).replication_tasks.values())[-1]
        settings = json.loads(made.replication_task_settings or "{}")
        logging = settings.get("Logging") or {}
        given = {each["Id"]: each["Severity"] for each in logging.get("LogComponents") or ()}
        components = [{"Id": name, "Severity": given.get(name, "LOGGER_SEVERITY_DEFAULT")} for name in _COMPONENTS]
        settings["Logging"] = {"EnableLogging": False, **logging, "LogComponents": components}
        made.status, made.replication_task_settings = "ready", json.dumps(settings)
    return status, body
