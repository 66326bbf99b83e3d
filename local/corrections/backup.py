"""Jobs of AWS Backup, and the resources that they protect: moto has plans and vaults only.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html
"""

import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_KINDS = {"dynamodb:table": "DynamoDB", "ec2:volume": "EBS", "ec2:instance": "EC2", "s3": "S3"}

_AS_THEIR_SOURCE = frozenset({"EBS", "EC2"})
"""The kinds of resources whose backups are encrypted as they are themselves: here they are not.

https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
"""


def corrections() -> dict[str, Correction]:
    """Return what corrects AWS Backup, by operation; what was backed up is remembered in it."""
    made = _Backups()
    return {
        "backup:StartBackupJob": made.start_backup_job,
        "backup:ListProtectedResources": made.list_protected,
        "backup:ListRecoveryPointsByBackupVault": made.list_points,
    }


@dataclass(slots=True)
class _Backups:
    by_place: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)
    points: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The recovery points of each vault, by the vault's ARN."""

    def start_backup_job(self, request: Request) -> Answer:
        """Back a resource up at once."""
        parameters, now, job = json.loads(request.body), time.time(), str(mock_random.uuid4())
        arn = str(parameters["ResourceArn"])
        account, region = owner = place(request)
        vault = f"arn:aws:backup:{region}:{account}:backup-vault:{parameters['BackupVaultName']}"
        self.by_place.setdefault(owner, {})[arn] = {
            "ResourceArn": arn,
            "ResourceType": _kind(arn),
            "ResourceName": re.split(r"[/:]", arn)[-1],
            "LastBackupTime": now,
            "LastBackupVaultArn": vault,
            "LastRecoveryPointArn": f"arn:aws:backup:{region}:{account}:recovery-point:{job}",
        }
        point = {
            "RecoveryPointArn": f"arn:aws:backup:{region}:{account}:recovery-point:{job}",
            "BackupVaultName": parameters["BackupVaultName"],
            "BackupVaultArn": vault,
            "ResourceArn": arn,
            "ResourceType": _kind(arn),
            "Status": "COMPLETED",
            "CreationDate": now,
            "IsEncrypted": _kind(arn) not in _AS_THEIR_SOURCE,
        }
        self.points.setdefault(vault, []).append(point)
        return HTTPStatus.OK, json.dumps({"BackupJobId": job, "CreationDate": now, "IsParent": False})

    def list_points(self, request: Request) -> Answer:
        """Page through the recovery points of a vault."""
        account, region = place(request)
        name = str(request.parameters["BackupVaultName"])
        found = self.points.get(f"arn:aws:backup:{region}:{account}:backup-vault:{name}", [])
        return _page(request, "RecoveryPoints", found)

    def list_protected(self, request: Request) -> Answer:
        """Page through what was backed up."""
        return _page(request, "Results", list(self.by_place.get(place(request), {}).values()))


def _page(request: Request, name: str, found: list[dict[str, Any]]) -> Answer:
    start, size = int(request.query.get("nextToken", "0")), int(request.query.get("maxResults", "1000"))
    answer: dict[str, Any] = {name: found[start : start + size]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return HTTPStatus.OK, json.dumps(answer)


def _kind(arn: str) -> str:
    _, _, service, _, _, rest = arn.split(":", 5)
    return _KINDS.get(f"{service}:{rest.partition('/')[0]}", _KINDS.get(service, service))
