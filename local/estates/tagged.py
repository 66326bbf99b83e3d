"""Resources of types without a lister: they are found by their tags, one that has all of them and one that has few."""

from local import estate
from local.server import EmbeddedAws

_TAGS = {**estate.GOOD_TAGS}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    events = aws.client("events", region)
    for name, tags in (("nightly", _TAGS), ("weekly", {"owner": "web", "environment": "Production"})):
        events.put_rule(
            Name=name,
            ScheduleExpression="rate(1 day)",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
