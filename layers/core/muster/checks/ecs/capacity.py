"""Checks of ECS capacity providers."""

from muster.facets.ecs.capacity import CapacityProvider
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.19",))
def ecs_capacity_provider_termination_protected(provider: CapacityProvider) -> Verdict:
    """ECS capacity providers should have managed termination protection.

    The check applies to capacity providers with an Auto Scaling group. Without managed scaling the protection has no
    effect; like AWS's control, the check passes then and says so.

    Problem: instances with tasks may be terminated
    Why: Without the protection, Auto Scaling may terminate instances that still run tasks.
    Fix: The Auto Scaling group must protect new instances from scale in. The command turns managed scaling on, which
      the protection needs, and keeps its other settings; it needs jq. `input=$(aws ecs describe-capacity-providers
      --capacity-providers NAME --query "capacityProviders[0]" --output json | jq -Rs 'fromjson | {name,
      autoScalingGroupProvider: (.autoScalingGroupProvider | del(.autoScalingGroupArn) | .managedScaling.status =
      "ENABLED" | .managedTerminationProtection = "ENABLED")}') && aws ecs update-capacity-provider --cli-input-json
      "$input"`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-capacity-provider-termination-check.html
    """
    if not provider.of_group:
        return not_applicable("Capacity provider has no Auto Scaling group")
    if known(provider.termination_protection) == "DISABLED":
        return non_compliant("Managed termination protection is off")
    if provider.scaling == "DISABLED":
        return compliant("Managed termination protection is on, but has no effect: managed scaling is off")
    return compliant("Managed termination protection is on")
