"""Event buses: one with a policy and tags, one with neither; the default bus is in every region."""

from local.server import ACCOUNT, EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    events = aws.client("events", region)
    events.create_event_bus(Name="orders", Tags=[{"Key": "Owner", "Value": "shop"}])
    events.put_permission(
        EventBusName="orders", Action="events:PutEvents", Principal=ACCOUNT, StatementId="own-account"
    )
    events.create_event_bus(Name="bills")
