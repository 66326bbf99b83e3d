"""Checks of Elastic IP addresses, VPC flow logs and the use of security groups."""

from collections.abc import Iterator

from muster.facets.ec2.images import LaunchTemplateVersions
from muster.facets.ec2.instances import SecurityGroup
from muster.facets.ec2.vpc import (
    Address,
    FlowLog,
    FlowLogs,
    FunctionGroups,
    NetworkInterface,
    NetworkInterfaces,
    ReferencedGroups,
    Vpc,
)
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence

_CHECKED_TYPES = frozenset({"aws_codestar_connections_managed", "branch", "efa", "interface", "lambda", "quicksight"})
"""https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-180"""


@check(severity=Severity.LOW, controls=("Security Hub EC2.12",), version=2)
def ec2_eip_attached(address: Address, interfaces: NetworkInterfaces) -> Verdict:
    """Elastic IP addresses should be in use.

    An address whose network interface is not attached to anything counts as unused too.

    Problem: Elastic IP address is not used
    Why: You pay for an unused address, and a forgotten DNS record may still point to it.
    Fix: Remove the address from DNS records and allow lists, because you cannot get it back. If it is associated with a
      network interface, disassociate it first: `aws ec2 disassociate-address --association-id ASSOCIATION-ID` Then
      release it: `aws ec2 release-address --allocation-id ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-12
    """
    if not address.associated_with:
        return non_compliant(f"{address.public_ip} is not associated with any resource")
    interface = known(address.interface)
    if interface and interface in interfaces.loose:
        status = known(interfaces.loose[interface])
        return non_compliant(
            f"{address.public_ip} is associated with network interface {interface}, which is not attached ({status})",
            association_id=next((each for each in address.associated_with if each.startswith("eipassoc-")), ""),
        )
    return compliant(f"{address.public_ip} is associated with {', '.join(address.associated_with)}")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.6",))
def ec2_vpc_flow_logs_enabled(vpc: Vpc, logs: FlowLogs, *, traffic: tuple[str, ...] = ("ALL", "REJECT")) -> Verdict:
    """VPCs should have an active flow log.

    The flow log must belong to the VPC itself, record one of the traffic types in `traffic`, and be delivered. Flow
    logs of subnets or network interfaces do not count.

    Problem: VPC has no active flow log
    Why: After an incident, flow logs show which addresses were reached and which connections were refused.
    Fix: `aws ec2 create-flow-logs --resource-type VPC --resource-ids ID --traffic-type ALL --log-destination-type
      s3 --log-destination BUCKET-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6
    """
    found = logs.by_vpc.get(known(vpc.id), ())
    faults = {log.id: tuple(_faults(log, traffic)) for log in found}
    for log in found:
        if not faults[log.id]:
            return compliant(f"Flow log {log.id} is active and records {log.traffic} traffic")
    if not found:
        return non_compliant("The VPC has no flow log")
    for reasons in faults.values():
        if all(isinstance(reason, Unknown) for reason in reasons):
            known(reasons[0])
    texts = (", ".join(_text(reason) for reason in reasons) for reasons in faults.values())
    return non_compliant(
        sentence("; ".join(f"flow log {name} {reason}" for name, reason in zip(faults, texts, strict=True)))
    )


@check(severity=Severity.LOW, controls=("Security Hub EC2.22",))
def ec2_security_group_in_use(
    group: SecurityGroup,
    interfaces: NetworkInterfaces,
    references: ReferencedGroups,
    templates: LaunchTemplateVersions,
    functions: FunctionGroups,
) -> Verdict:
    """Security groups should be in use.

    A security group is in use if a network interface has it (of an instance, load balancer, database, endpoint …), or
    if a rule of another security group, the default or latest version of a launch template, or a Lambda function refers
    to it. The check does not see references elsewhere, for example in a CodeBuild project or in a rule of a peered VPC
    in another account.

    Problem: security group is not used
    Why: An unused group is one more to review, and it opens its ports if it is attached by mistake later.
    Fix: `aws ec2 delete-security-group --group-id ID` AWS refuses to delete a group that is still referenced.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-22
    """
    if known(group.name) == "default":
        return not_applicable("The default security group of a VPC cannot be deleted")
    users = {
        "a network interface": interfaces.group_ids,
        "a rule of another security group": references.ids,
        "a launch template": templates.group_ids,
        "a Lambda function": functions.ids,
    }
    used_by = [user for user, ids in users.items() if known(group.id) in ids]
    if used_by:
        return compliant(f"Used by {', '.join(used_by)}")
    if group.name in templates.group_names:
        known(
            Unknown(
                f"A launch template refers to a security group {group.name} of the default VPC, which may be this one"
            )
        )
    return non_compliant("Not used by any network interface, security group rule, launch template or Lambda function")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.180",))
def ec2_network_interface_source_dest_checked(interface: NetworkInterface) -> Verdict:
    """Network interfaces should have source/destination checking enabled.

    NAT instances, firewalls and some container networks need the check to be off. Suppress the finding for them. The
    check does not apply to interfaces that an AWS service made and manages.

    Problem: source/destination checking is off
    Why: The interface then accepts and sends traffic for other addresses than its own. A program that took over the
      instance can pretend to be another one or relay traffic.
    Fix: `aws ec2 modify-network-interface-attribute --network-interface-id ID --source-dest-check`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-180
    """
    if known(interface.type) not in _CHECKED_TYPES:
        return not_applicable(f"The control does not apply to interfaces of type {interface.type}")
    if known(interface.source_dest_check):
        return compliant("Source/destination checking is on")
    return non_compliant("Source/destination checking is off")


def _faults(log: FlowLog, traffic: tuple[str, ...]) -> Iterator[str | Unknown]:
    """Yield why a flow log is not sufficient; an `Unknown` stands for a property that may make it insufficient."""
    if isinstance(log.status, Unknown):
        yield log.status
    elif log.status != "ACTIVE":
        yield f"is {log.status}"
    if isinstance(log.traffic, Unknown):
        yield log.traffic
    elif log.traffic not in traffic:
        yield f"records only {log.traffic} traffic, not {' or '.join(traffic)}"
    if isinstance(log.delivery, Unknown):
        yield log.delivery
    elif log.delivery == "FAILED":
        yield f"is not delivered{f' ({log.error})' if log.error else ''}"


def _text(reason: str | Unknown) -> str:
    return reason.reason if isinstance(reason, Unknown) else reason
