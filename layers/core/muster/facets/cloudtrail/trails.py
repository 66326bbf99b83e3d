"""CloudTrail: trails, and what the multi-region trails that reach an account record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.cloudtrail.event_selectors import Selectors
from muster.model.arn import Arn
from muster.model.finding import Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class Trail:
    """One trail of the account; `kms_key` and `log_group` are empty where it has none."""

    kms_key: str
    validated: bool | Unknown
    log_group: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetTrail.

        https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html
        """
        trail = response["Trail"]
        return cls(
            kms_key=kinds.text(trail.get("KmsKeyId")),
            validated=kinds.flag(
                trail.get("LogFileValidationEnabled"), "LogFileValidationEnabled", "whether log files are validated"
            ),
            log_group=kinds.text(trail.get("CloudWatchLogsLogGroupArn")),
        )

    @property
    def has_log_group(self) -> bool:
        """Whether it sends its events to CloudWatch Logs."""
        return bool(self.log_group)


@dataclass(frozen=True, slots=True)
class TrailStatus:
    """Whether a trail logs, and the last error of its delivery to CloudWatch Logs, empty where there is none."""

    logging: bool | Unknown
    logs_error: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetTrailStatus; AWS always says whether the trail logs.

        https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
        """
        return cls(
            logging=kinds.flag(response.get("IsLogging"), "IsLogging", "whether the trail logs"),
            logs_error=kinds.text(response.get("LatestCloudWatchLogsDeliveryError")),
        )


@dataclass(frozen=True, slots=True)
class AccountTrail:
    """One multi-region trail that records an account's events; `owner` is the account that it belongs to.

    `bucket` receives its log files, and may be in another account.
    """

    name: str
    arn: str
    owner: str
    region: str
    log_group: str
    logging: bool | Unknown | Unavailable
    selectors: Selectors | Unavailable
    bucket: str = ""

    @property
    def group_name(self) -> str:
        """The name of its log group; empty where it has none."""
        arn = Arn.parse(self.log_group)
        return arn.resource.removeprefix("log-group:").partition(":")[0] if arn else ""

    @property
    def silent(self) -> bool:
        """Whether it is known to record nothing."""
        return self.logging is False

    @property
    def gap(self) -> Unavailable | None:
        """What could not be read of it; None where all could."""
        if isinstance(self.logging, Unknown):
            return Unavailable(None, self.logging.reason)
        if isinstance(self.logging, Unavailable):
            return self.logging
        return self.selectors if isinstance(self.selectors, Unavailable) else None


@dataclass(frozen=True, slots=True)
class AccountTrails:
    """The multi-region trails that record an account's events: its own, and those of its organization."""

    trails: tuple[AccountTrail, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the trails of DescribeTrails, each with `Status` and `Selectors`, the other two answers or why not."""
        return cls(tuple(_trail(item) for item in response["trailList"]))

    def writing_to(self, bucket: str) -> tuple[str, ...]:
        """Return the names of the trails whose log files go to a bucket."""
        return tuple(each.name for each in self.trails if each.bucket == bucket)

    def owned_by(self, account_id: str) -> tuple[AccountTrail, ...]:
        """Return those that the account owns."""
        return tuple(each for each in self.trails if each.owner == account_id)


def _trail(item: Mapping[str, Any]) -> AccountTrail:
    arn = Arn.of(item["TrailARN"])
    status, selectors = item["Status"], item["Selectors"]
    return AccountTrail(
        name=str(item.get("Name") or arn.name),
        arn=str(item["TrailARN"]),
        owner=arn.account,
        region=str(item.get("HomeRegion") or arn.region),
        log_group=kinds.text(item.get("CloudWatchLogsLogGroupArn")),
        logging=status if isinstance(status, Unavailable) else TrailStatus.parse(status).logging,
        selectors=selectors if isinstance(selectors, Unavailable) else Selectors.parse(selectors),
        bucket=kinds.text(item.get("S3BucketName")),
    )
