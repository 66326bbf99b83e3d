"""Secrets Manager: when a secret was rotated and used. Values of secrets are never read."""

from datetime import datetime

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

_TIME = kinds.optional(kinds.time)


@facet
class Secret(Parsed):
    """One secret of ListSecrets; a time is None where that never happened.

    `accessed` is a day, of the region's own copy. `primary_region` is empty where the secret has no copies.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_SecretListEntry.html
    """

    rotates: bool = read("RotationEnabled", kinds.is_true)
    every_days: int | Unknown | None = read("RotationRules.AutomaticallyAfterDays", kinds.optional(kinds.number))
    schedule: str = read("RotationRules.ScheduleExpression", kinds.text)
    created: datetime | Unknown = read("CreatedDate", kinds.time, "when the secret was created")
    rotated: datetime | Unknown | None = read("LastRotatedDate", _TIME)
    next_rotation: datetime | Unknown = read("NextRotationDate", kinds.time, "the date of the next rotation")
    accessed: datetime | Unknown | None = read("LastAccessedDate", _TIME)
    owner: str = read("OwningService", kinds.text)
    primary_region: str = read("PrimaryRegion", kinds.text)

    @property
    def rotation_days(self) -> float | Unknown:
        """The days from one rotation to the next; those of a cron expression are not known."""
        if self.every_days is not None:
            return self.every_days
        number, _, unit = self.schedule.removeprefix("rate(").removesuffix(")").partition(" ")
        hours = {"hour": 1, "hours": 1, "day": 24, "days": 24}.get(unit)
        if not self.schedule.startswith("rate(") or hours is None or not number.isdecimal():
            return Unknown(f"Muster cannot tell the days between rotations of {self.schedule or 'no schedule'}")
        return int(number) * hours / 24
