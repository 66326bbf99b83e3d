"""Checks of the protocols that listeners and target groups use."""

from muster.checks.elbv2.rules import unencrypted
from muster.facets.elbv2.load_balancers import APPLICATION, GATEWAY, Listener, TargetGroup
from muster.facets.elbv2.rules import ListenerRules
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_LISTENERS = frozenset({"HTTPS", "TLS", "QUIC"})
_TARGETS = frozenset({"HTTPS", "TLS", "QUIC"})
_THROUGH = "; the load balancer does not see whether TLS is used inside it"


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.18",))
def elb_listener_encrypted(listener: Listener, rules: ListenerRules) -> Verdict:
    """Listeners of application and network load balancers should use HTTPS or TLS.

    An HTTP listener passes if each of its rules redirects to HTTPS. QUIC passes, because it is always encrypted. TCP,
    UDP and TCP_QUIC fail, even if clients use TLS inside TCP.

    Problem: listener does not encrypt
    Why: Anyone on the network path can read and change what clients and the load balancer send each other.
    Fix: Create a certificate in AWS Certificate Manager. For a network load balancer: `aws elbv2 modify-listener
      --listener-arn ARN --protocol TLS --certificates CertificateArn=CERTIFICATE-ARN` For an application load balancer,
      add an HTTPS listener, then redirect in the default rule of this one: `aws elbv2 modify-listener --listener-arn
      ARN --default-actions 'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elbv2-listener-encryption-in-transit.html
    """
    kind = known(listener.kind)
    if kind == GATEWAY:
        return not_applicable("Listeners of gateway load balancers have no protocol")
    protocol = known(listener.protocol)
    where = f"listener on port {listener.port}"
    if protocol in _LISTENERS:
        return compliant(f"{protocol} {where} encrypts")
    if kind == APPLICATION:
        if served := unencrypted(rules):
            return non_compliant(f"{protocol} {where} does not encrypt: {', '.join(served)}")
        known(rules.default)
        return compliant(f"Every rule of the {protocol} {where} redirects to HTTPS")
    return non_compliant(f"{protocol} {where} does not encrypt{_THROUGH if 'TCP' in protocol else ''}")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.21",))
def elb_health_check_encrypted(group: TargetGroup) -> Verdict:
    """Target groups of application and network load balancers should check health with HTTPS.

    The check does not apply to target groups of Lambda functions and of gateway load balancers. TCP, the default of
    network load balancers, fails.

    Problem: health check is not encrypted
    Why: An attacker on the network path can forge answers, so that the load balancer sends requests to a failed target.
    Fix: The targets must answer HTTPS. `aws elbv2 modify-target-group --target-group-arn ARN --health-check-protocol
      HTTPS`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elbv2-targetgroup-healthcheck-protocol-encrypted.html
    """
    if known(group.kind) == "lambda":
        return not_applicable("Health checks of Lambda functions have no protocol")
    if group.protocol == "GENEVE":
        return not_applicable("Target group of a gateway load balancer (protocol GENEVE)")
    protocol = known(group.check_protocol)
    if protocol == "HTTPS":
        return compliant("Health checks use HTTPS")
    return non_compliant(f"Health checks use {protocol}; use HTTPS")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.22",))
def elb_target_protocol_encrypted(group: TargetGroup) -> Verdict:
    """Target groups of application and network load balancers should use HTTPS, TLS or QUIC.

    The check does not apply to target groups whose targets are Lambda functions or application load balancers, and to
    those of gateway load balancers. TCP_QUIC fails, because its TCP part is not encrypted.

    Problem: traffic to targets is not encrypted
    Why: Anyone on the network path can read and change what the load balancer and the targets send each other.
    Fix: The protocol of a target group cannot be changed. Create a new one, register the targets, and use it in the
      rules of the listeners: `aws elbv2 create-target-group --name NEW-NAME --protocol HTTPS --port 443 --vpc-id VPC`
      Then delete the old one: `aws elbv2 delete-target-group --target-group-arn ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elbv2-targetgroup-protocol-encrypted.html
    """
    kind = known(group.kind)
    if kind in {"lambda", "alb"}:
        return not_applicable(f"The control does not apply to target groups of the type {kind}")
    protocol = known(group.protocol)
    if protocol == "GENEVE":
        return not_applicable("Target group of a gateway load balancer (protocol GENEVE)")
    if protocol in _TARGETS:
        return compliant(f"Traffic to the targets uses {protocol}")
    return non_compliant(f"Traffic to the targets uses {protocol}{_THROUGH if 'TCP' in protocol else ''}")
