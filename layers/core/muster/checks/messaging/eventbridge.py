"""Checks of event buses of EventBridge."""

from muster.facets.messaging.eventbridge import EventBus
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_PARTNER = "aws.partner/"


@check(severity=Severity.LOW, controls=("FSBP EventBridge.3",))
def custom_eventbus_policy_attached(bus: EventBus) -> Verdict:
    """Custom event buses of EventBridge should have a resource-based policy.

    The check does not look at what the policy allows. It does not apply to the default bus, buses of partners and buses
    that a service manages.

    Problem: event bus has no policy
    Why: Without a policy of the bus, every principal of the account with events:PutEvents on all buses can send events
      to it, and no other account can be allowed to.
    Fix: Allow the accounts that send events, for example your own: `aws events put-permission --event-bus-name NAME
      --action events:PutEvents --principal ACCOUNT --statement-id own-account`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/eventbridge-controls.html#eventbridge-3
    """
    name = known(bus.name)
    if name == "default" or name.startswith(_PARTNER):
        return not_applicable("Event bus is not a custom one")
    if bus.managed_by:
        return not_applicable(f"Event bus is managed by {bus.managed_by}")
    if bus.policy:
        return compliant("Event bus has a resource-based policy")
    return non_compliant("Event bus has no resource-based policy")
