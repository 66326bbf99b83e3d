"""Checks of Elastic IP addresses, flow logs, and of whether security groups are in use."""

from collections.abc import Iterator

from muster.facets.ec2.images import LaunchTemplateVersions
from muster.facets.ec2.instances import SecurityGroup
from muster.facets.ec2.vpc import Address, FlowLog, FlowLogs, FunctionGroups, NetworkInterfaces, ReferencedGroups, Vpc
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, controls=("Security Hub EC2.12",), version=2)
def ec2_eip_attached(address: Address, interfaces: NetworkInterfaces) -> Verdict:
    """Elastic IP addresses should be attached.

    An address of a network interface that is itself attached to nothing is as unused as one that is associated with
    nothing.

    Problem: Elastic IP address is not used
    Why: An address that nothing uses is paid for, and hides the ones that matter.
    Fix: `aws ec2 release-address --allocation-id ID` If an interface has the address, disassociate it first. You
      cannot get the address back.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-12
    """
    if not address.associated_with:
        return non_compliant(f"{address.public_ip} is associated with nothing")
    interface = known(address.interface)
    if interface and interface in interfaces.loose:
        status = known(interfaces.loose[interface])
        return non_compliant(f"{address.public_ip} is associated with {interface}, which is {status}: nothing uses it")
    return compliant(f"{address.public_ip} is associated with {', '.join(address.associated_with)}")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.6",))
def ec2_vpc_flow_logs_enabled(vpc: Vpc, logs: FlowLogs, *, traffic: tuple[str, ...] = ("ALL", "REJECT")) -> Verdict:
    """VPCs should have an active flow log.

    It must be a log of the VPC itself, record one of the kinds of traffic that `traffic` names, and arrive: one that
    AWS fails to deliver records nothing. Logs of single subnets or interfaces do not count.

    Problem: VPC has no active flow log
    Why: Without the record of what was let in and refused, nobody can tell afterwards who reached what.
    Fix: `aws ec2 create-flow-logs --resource-type VPC --resource-ids ID --traffic-type ALL --log-destination-type
      s3 --log-destination BUCKET-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6
    """
    found = logs.by_vpc.get(known(vpc.id), ())
    faults = {log.id: tuple(_faults(log, traffic)) for log in found}
    for log in found:
        if not faults[log.id]:
            return compliant(f"flow log {log.id} is active, records {log.traffic} traffic and arrives")
    if not found:
        return non_compliant("the VPC has no flow log of its own")
    for reasons in faults.values():
        if all(isinstance(reason, Unknown) for reason in reasons):
            known(reasons[0])
    texts = (", ".join(_text(reason) for reason in reasons) for reasons in faults.values())
    return non_compliant("; ".join(f"flow log {name} {reason}" for name, reason in zip(faults, texts, strict=True)))


@check(severity=Severity.LOW, controls=("Security Hub EC2.22",))
def ec2_security_group_in_use(
    group: SecurityGroup,
    interfaces: NetworkInterfaces,
    references: ReferencedGroups,
    templates: LaunchTemplateVersions,
    functions: FunctionGroups,
) -> Verdict:
    """Security groups should be in use.

    A group is used by network interfaces, which instances, load balancers, databases and endpoints have; by rules of
    other groups; by the default or latest version of a launch template; and by Lambda functions. What only other
    configurations name, such as a build project's, or a group of another account in a peered VPC, is not seen.

    Problem: security group is not used
    Why: A group that nothing uses is one more to review, and opens ports the day somebody attaches it by mistake.
    Fix: `aws ec2 delete-security-group --group-id ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-22
    """
    if known(group.name) == "default":
        return not_applicable("the default security group of a VPC cannot be deleted")
    users = {
        "a network interface has it": interfaces.group_ids,
        "a rule of another security group names it": references.ids,
        "a launch template names it": templates.group_ids,
        "a Lambda function has it": functions.ids,
    }
    used_by = [user for user, ids in users.items() if known(group.id) in ids]
    if used_by:
        return compliant("; ".join(used_by))
    if group.name in templates.group_names:
        known(Unknown(f"a launch template names a group {group.name} of the default VPC, which may be this one"))
    return non_compliant("no network interface, rule of another group, launch template or Lambda function uses it")


def _faults(log: FlowLog, traffic: tuple[str, ...]) -> Iterator[str | Unknown]:
    """Yield what keeps a log from being enough; an `Unknown` is what may keep it."""
    if isinstance(log.status, Unknown):
        yield log.status
    elif log.status != "ACTIVE":
        yield f"is {log.status}"
    if isinstance(log.traffic, Unknown):
        yield log.traffic
    elif log.traffic not in traffic:
        yield f"records {log.traffic} traffic only, {' or '.join(traffic)} asked for"
    if isinstance(log.delivery, Unknown):
        yield log.delivery
    elif log.delivery == "FAILED":
        yield f"is not delivered{f' ({log.error})' if log.error else ''}"


def _text(reason: str | Unknown) -> str:
    return reason.reason if isinstance(reason, Unknown) else reason
