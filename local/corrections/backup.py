"""Jobs of AWS Backup, and the resources that they protect: moto has plans and vaults only.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html
"""

import json
import re
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_KINDS = {"dynamodb:table": "DynamoDB", "ec2:volume": "EBS", "ec2:instance": "EC2", "s3": "S3"}


def corrections() -> dict[str, Correction]:
    """Return what corrects AWS Backup, by operation; what was backed up is remembered in it."""
    made = _Backups()
    return {"backup:StartBackupJob": made.start_backup_job, "backup:ListProtectedResources": made.list_protected}


@dataclass(slots=True)
class _Backups:
    by_place: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def start_backup_job(self, request: Request) -> Answer:
        """Back a resource up at once."""
        parameters, now, job = json.loads(request.body), time.time(), str(uuid.uuid4())
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
        return HTTPStatus.OK, json.dumps({"BackupJobId": job, "CreationDate": now, "IsParent": False})

    def list_protected(self, request: Request) -> Answer:
        """Page through what was backed up."""
        found = list(self.by_place.get(place(request), {}).values())
        start, size = int(request.query.get("nextToken", "0")), int(request.query.get("maxResults", "1000"))
        answer: dict[str, Any] = {"Results": found[start : start + size]}
        if start + size < len(found):
            answer["NextToken"] = str(start + size)
        return HTTPStatus.OK, json.dumps(answer)


def _kind(arn: str) -> str:
    _, _, service, _, _, rest = arn.split(":", 5)
    return _KINDS.get(f"{service}:{rest.partition('/')[0]}", _KINDS.get(service, service))
