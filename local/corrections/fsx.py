"""Where moto's FSx answers otherwise than AWS documents: states, and what is set by default.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html
"""

import json
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_DEFAULTS: dict[str, dict[str, Any]] = {
    "lustre_configuration": {"DeploymentType": "SCRATCH_1", "CopyTagsToBackups": False},
    "open_zfs_configuration": {"CopyTagsToBackups": False, "CopyTagsToVolumes": False},
    "windows_configuration": {"DeploymentType": "SINGLE_AZ_1", "CopyTagsToBackups": False},
    "ontap_configuration": {},
}
_OF_TYPE = {
    "LUSTRE": "lustre_configuration",
    "ONTAP": "ontap_configuration",
    "OPENZFS": "open_zfs_configuration",
    "WINDOWS": "windows_configuration",
}


def corrections() -> dict[str, Correction]:
    """Return what corrects FSx, by operation."""
    return {"fsx:CreateFileSystem": _create, "fsx:DescribeFileSystems": _describe}


def _create(request: Request) -> Answer:
    """Make a file system with the defaults of its type, and an id that follows from moto's seed."""
    from moto.fsx.models import fsx_backends  # noqa: PLC0415 - moto takes seconds to import

    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    account, region = place(request)
    backend = fsx_backends[account][region]
    made = backend.file_systems.pop(next(reversed(backend.file_systems)))
    name, tags = f"fs-{mock_random.get_random_hex(17)}", backend.tagger.list_tags_for_resource(made.resource_arn)
    backend.tagger.delete_all_tags_for_resource(made.resource_arn)
    made.resource_arn = made.resource_arn.replace(made.file_system_id, name)
    made.dns_name = made.dns_name.replace(made.file_system_id, name)
    made.file_system_id = name
    backend.tagger.tag_resource(made.resource_arn, tags["Tags"])
    backend.file_systems[name] = made
    own = _OF_TYPE[made.file_system_type]
    setattr(made, own, {**_DEFAULTS[own], **(getattr(made, own) or {})})
    return request.answer({"FileSystem": {**made.to_dict(), "Lifecycle": "CREATING"}})


def _describe(request: Request) -> Answer:
    """Answer the state of file systems: all are available."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    for each in answer["FileSystems"]:
        each["Lifecycle"] = "AVAILABLE"
    return status, json.dumps(answer)
