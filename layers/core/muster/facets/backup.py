"""AWS Backup: the resources that it has backed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.model.finding import Unknown, known


@dataclass(frozen=True, slots=True)
class ProtectedResources:
    """The time of the last backup of each resource of a region, by ARN.

    Only what was backed up is there: some 300 bytes a resource, 100,000 of them in 30 MB.
    """

    times: Mapping[str, datetime | Unknown]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListProtectedResources, all pages joined.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ProtectedResource.html
        """
        return cls({str(item["ResourceArn"]): _time(item) for item in response.get("Results") or ()})

    def last_backup(self, arn: str) -> datetime | None:
        """Return when AWS Backup last saved a resource, None if it never did.

        Raises:
            UnknownField: there is a backup, but AWS returned no time for it.
        """
        time = self.times.get(arn)
        return None if time is None else known(time)


def _time(item: Mapping[str, Any]) -> datetime | Unknown:
    time = item.get("LastBackupTime")
    return time if isinstance(time, datetime) else Unknown("AWS Backup returned no time of the last backup")


_NO_POINT = frozenset({"CREATING", "DELETING", "EXPIRED"})
"""The states of a recovery point that is being made or is about to go."""


@dataclass(frozen=True, slots=True)
class RecoveryPoints:
    """The recovery points of a vault: how many there are, how many are not encrypted, and of how many that is unknown.

    `example` is the ARN of the first that is not encrypted. A vault may hold 1,000,000 points; only counts are kept.
    """

    count: int
    unencrypted: int
    unknown: int
    example: str = ""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListRecoveryPointsByBackupVault, all pages joined.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
        """
        count = unencrypted = unknown = 0
        example = ""
        for point in response.get("RecoveryPoints") or ():
            if point.get("Status") in _NO_POINT:
                continue
            count += 1
            encrypted = point.get("IsEncrypted")
            if encrypted is False:
                unencrypted += 1
                example = example or str(point.get("RecoveryPointArn") or "")
            elif encrypted is not True:
                unknown += 1
        return cls(count, unencrypted, unknown, example)
