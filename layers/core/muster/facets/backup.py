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
