"""Checks of EC2 Auto Scaling: groups and launch configurations."""

from muster.facets.management.scaling import Group, LaunchConfiguration
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_TWO = 2


@check(severity=Severity.LOW, controls=("FSBP AutoScaling.1",))
def autoscaling_group_elb_healthcheck_required(group: Group) -> Verdict:
    """Auto Scaling groups behind a load balancer should use its health checks.

    Problem: load balancer's health check not used
    Why: An instance that runs but does not answer is replaced only if the load balancer's health check counts.
    Fix: `aws autoscaling update-auto-scaling-group --auto-scaling-group-name NAME --health-check-type ELB
      --health-check-grace-period 300`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/autoscaling-group-elb-healthcheck-required.html
    """
    if not group.balanced:
        return not_applicable("Group is behind no load balancer")
    checks = ", ".join(sorted(group.health_checks)) or "none"
    if "ELB" in group.health_checks:
        return compliant(f"Health checks: {checks}")
    return non_compliant(f"Health checks: {checks}; use ELB, because the group is behind a load balancer")


@check(severity=Severity.MEDIUM, controls=("FSBP AutoScaling.2",))
def autoscaling_multiple_az(group: Group, *, min_zones: int = 2) -> Verdict:
    """Auto Scaling groups should use several Availability Zones.

    Problem: group uses too few zones
    Why: When the only zone fails, the group cannot start instances in another one.
    Fix: `aws autoscaling update-auto-scaling-group --auto-scaling-group-name NAME --vpc-zone-identifier SUBNET-IDS`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/autoscaling-multiple-az.html
    """
    zones = sorted(set(group.zones))
    if len(zones) >= min_zones:
        return compliant(f"Availability Zones: {', '.join(zones)}")
    return non_compliant(f"Availability Zones: {', '.join(zones) or 'none'}; use {min_zones} or more")


@check(severity=Severity.MEDIUM, controls=("FSBP AutoScaling.6",))
def autoscaling_multiple_instance_types(group: Group) -> Verdict:
    """Auto Scaling groups should use several instance types.

    The mixed instances policy names two types or more, or requirements for them.

    Problem: group uses one instance type
    Why: When a zone has no capacity for one type, the group can start another one.
    Fix: `aws autoscaling update-auto-scaling-group --auto-scaling-group-name NAME --mixed-instances-policy
      file://POLICY.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/autoscaling-multiple-instance-types.html
    """
    if group.by_requirements:
        return compliant("Mixed instances policy names requirements for instance types")
    if len(group.types) >= _TWO:
        return compliant(f"Instance types: {', '.join(sorted(group.types))}")
    if not group.mixed:
        return non_compliant("Group has no mixed instances policy")
    return non_compliant(f"Mixed instances policy names {counted(len(group.types), 'instance type')}; use 2 or more")


@check(severity=Severity.MEDIUM, controls=("FSBP AutoScaling.9",))
def autoscaling_launch_template(group: Group) -> Verdict:
    """Auto Scaling groups should use launch templates.

    Problem: group uses a launch configuration
    Why: Launch configurations do not support features that EC2 added since 2022, and new accounts cannot create them.
    Fix: `aws autoscaling update-auto-scaling-group --auto-scaling-group-name NAME --launch-template
      'LaunchTemplateName=TEMPLATE-NAME,Version=$Default'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/autoscaling-launch-template.html
    """
    if group.launch_template:
        return compliant(f"Launch template: {group.launch_template}")
    if group.launch_configuration:
        return non_compliant(f"Group uses the launch configuration {group.launch_configuration}")
    return non_compliant("Group uses no launch template")


@check(severity=Severity.HIGH, controls=("FSBP AutoScaling.3",))
def autoscaling_launchconfig_requires_imdsv2(configuration: LaunchConfiguration) -> Verdict:
    """Launch configurations should require IMDSv2.

    Unused ones are checked too. A launch configuration cannot be changed.

    Problem: IMDSv2 is not required
    Why: With IMDSv1, a web application that fetches any URL can be made to hand out the instance's credentials.
    Fix: Use a launch template that requires IMDSv2: `aws autoscaling update-auto-scaling-group
      --auto-scaling-group-name GROUP-NAME --launch-template 'LaunchTemplateName=TEMPLATE-NAME,Version=$Default'` Then:
      `aws autoscaling delete-launch-configuration --launch-configuration-name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/autoscaling-launchconfig-requires-imdsv2.html
    """
    if known(configuration.endpoint) == "disabled":
        return compliant("Instance metadata service is disabled")
    if known(configuration.tokens) == "required":
        return compliant("IMDSv2 is required")
    return non_compliant("IMDSv2 is not required")


@check(severity=Severity.HIGH, controls=("FSBP Autoscaling.5",))
def autoscaling_launch_config_public_ip_disabled(configuration: LaunchConfiguration) -> Verdict:
    """Launch configurations should not give instances public IP addresses.

    Unused ones are checked too. A launch configuration cannot be changed.

    Problem: instances get public addresses
    Why: Every instance that the group starts can be reached from the internet, if its security groups allow it.
    Fix: Use a launch template without public addresses: `aws autoscaling update-auto-scaling-group
      --auto-scaling-group-name GROUP-NAME --launch-template 'LaunchTemplateName=TEMPLATE-NAME,Version=$Default'` Then:
      `aws autoscaling delete-launch-configuration --launch-configuration-name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/autoscaling-launch-config-public-ip-disabled.html
    """
    if configuration.public:
        return non_compliant("Instances get public IP addresses")
    return compliant("Launch configuration assigns no public IP addresses")
