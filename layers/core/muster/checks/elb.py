"""Checks of Classic Load Balancers."""

from collections.abc import Iterable

from muster.facets.elb import ClassicAttributes, ClassicListener, ClassicLoadBalancer, ClassicTlsPolicies
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_STRONG = "ELBSecurityPolicy-TLS-1-2-2017-01"


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.2",))
def elb_classic_acm_certificate(balancer: ClassicLoadBalancer) -> Verdict:
    """Classic Load Balancers should use certificates from AWS Certificate Manager.

    The check does not apply to load balancers without an HTTPS or SSL listener. Certificates that were uploaded to IAM
    fail.

    Problem: certificate is not from ACM
    Why: AWS Certificate Manager renews its certificates. A certificate in IAM expires unless you replace it, and
      clients then refuse to connect.
    Fix: `aws elb set-load-balancer-listener-ssl-certificate --load-balancer-name NAME --load-balancer-port PORT
      --ssl-certificate-id CERTIFICATE-ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elb-acm-certificate-required.html
    """
    if not balancer.encrypted:
        return not_applicable("Load balancer has no HTTPS or SSL listener")
    foreign = [each for each in balancer.encrypted if known(each.encrypts) and not _from_acm(each)]
    if foreign:
        named = (f"{_name(each)} uses {each.certificate or 'no certificate'}" for each in foreign)
        return non_compliant(f"Not a certificate of ACM: {'; '.join(named)}", port=str(foreign[0].port))
    return compliant("Every HTTPS and SSL listener uses a certificate of ACM")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.3",))
def elb_classic_listeners_encrypted(balancer: ClassicLoadBalancer) -> Verdict:
    """Listeners of Classic Load Balancers should use HTTPS or SSL.

    The check does not apply to load balancers without listeners.

    Problem: listener does not encrypt
    Why: Anyone on the network path can read and change what clients and the load balancer send each other.
    Fix: Create an encrypted listener, then delete the other one: `aws elb create-load-balancer-listeners
      --load-balancer-name NAME --listeners
      Protocol=HTTPS,LoadBalancerPort=443,InstanceProtocol=HTTP,InstancePort=80,SSLCertificateId=CERTIFICATE-ARN` `aws
      elb delete-load-balancer-listeners --load-balancer-name NAME --load-balancer-ports PORT`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elb-tls-https-listeners-only.html
    """
    if not balancer.listeners:
        return not_applicable("Load balancer has no listeners")
    plain = [each for each in balancer.listeners if each.encrypts is False]
    if plain:
        return non_compliant(f"Does not encrypt: {_names(plain)}", port=str(plain[0].port))
    for each in balancer.listeners:
        known(each.encrypts)
    return compliant(f"Every listener encrypts: {_names(balancer.listeners)}")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.5",))
def elb_classic_access_logs_enabled(attributes: ClassicAttributes) -> Verdict:
    """Classic Load Balancers should write access logs.

    Problem: load balancer has no access logs
    Why: Access logs show which client requested what. After an attack or an outage they are often the only evidence.
    Fix: The policy of the S3 bucket must allow Elastic Load Balancing to write. `aws elb
      modify-load-balancer-attributes --load-balancer-name NAME --load-balancer-attributes
      '{"AccessLog": {"Enabled": true, "S3BucketName": "BUCKET", "EmitInterval": 60}}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elb-logging-enabled.html
    """
    if known(attributes.access_logs):
        return compliant(f"Access logs go to {attributes.bucket or 'a bucket that AWS did not name'}")
    return non_compliant("Access logs are off")


@check(severity=Severity.LOW, controls=("FSBP ELB.7",))
def elb_classic_connections_drained(attributes: ClassicAttributes) -> Verdict:
    """Classic Load Balancers should have connection draining on.

    Problem: connection draining is off
    Why: Without it, requests in progress fail when an instance is deregistered or becomes unhealthy.
    Fix: `aws elb modify-load-balancer-attributes --load-balancer-name NAME --load-balancer-attributes
      '{"ConnectionDraining": {"Enabled": true, "Timeout": 300}}'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-7
    """
    if known(attributes.draining):
        return compliant("Connection draining is on")
    return non_compliant("Connection draining is off")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.8",))
def elb_classic_tls_policy(balancer: ClassicLoadBalancer, tls: ClassicTlsPolicies, *, policy: str = _STRONG) -> Verdict:
    """HTTPS and SSL listeners of Classic Load Balancers should use a strong predefined security policy.

    `policy` is the predefined policy that listeners must use. Like AWS's control, the check accepts no custom policy,
    however strict. The check does not apply to load balancers without an HTTPS or SSL listener.

    Problem: TLS policy is not the strong one
    Why: Other predefined policies allow TLS 1.0 and 1.1 or weak ciphers, and they are the default.
    Fix: `aws elb create-load-balancer-policy --load-balancer-name NAME --policy-name tls-1-2 --policy-type-name
      SSLNegotiationPolicyType --policy-attributes
      AttributeName=Reference-Security-Policy,AttributeValue=ELBSecurityPolicy-TLS-1-2-2017-01` `aws elb
      set-load-balancer-policies-of-listener --load-balancer-name NAME --load-balancer-port PORT --policy-names tls-1-2`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elb-predefined-security-policy-ssl-check.html
    """
    if not balancer.encrypted:
        return not_applicable("Load balancer has no HTTPS or SSL listener")
    found = [(each, tls.of(each)) for each in balancer.encrypted]
    weak = [(each, name) for each, name in found if each.encrypts is True and isinstance(name, str) and name != policy]
    if weak:
        reasons = (f"{_name(each)} uses {name or 'a custom policy'}" for each, name in weak)
        return non_compliant(f"{'; '.join(reasons)}; use {policy}", port=str(weak[0][0].port))
    for each, name in found:
        if known(each.encrypts):
            known(name)
    return compliant(f"Every HTTPS and SSL listener uses {policy}")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.9",))
def elb_classic_cross_zone(attributes: ClassicAttributes) -> Verdict:
    """Classic Load Balancers should have cross-zone load balancing on.

    Problem: cross-zone load balancing is off
    Why: Without it, a zone with few instances gets as many requests as a zone with many.
    Fix: `aws elb modify-load-balancer-attributes --load-balancer-name NAME --load-balancer-attributes
      '{"CrossZoneLoadBalancing": {"Enabled": true}}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elb-cross-zone-load-balancing-enabled.html
    """
    if known(attributes.cross_zone):
        return compliant("Cross-zone load balancing is on")
    return non_compliant("Cross-zone load balancing is off")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.10",))
def elb_classic_multiple_zones(balancer: ClassicLoadBalancer, *, zones: int = 2) -> Verdict:
    """Classic Load Balancers should be in several Availability Zones.

    `zones` is the required number.

    Problem: load balancer is in too few zones
    Why: If the only Availability Zone fails, clients cannot reach the instances.
    Fix: Add a subnet in another Availability Zone: `aws elb attach-load-balancer-to-subnets --load-balancer-name NAME
      --subnets SUBNET`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/clb-multiple-az.html
    """
    named = sorted(set(balancer.zones))
    if not named:
        return non_compliant(f"Load balancer is in no Availability Zone; use {zones} or more")
    text = f"Load balancer is in {counted(len(named), 'Availability Zone')} ({', '.join(named)})"
    return compliant(text) if len(named) >= zones else non_compliant(f"{text}; use {zones} or more")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.14",))
def elb_classic_desync_mitigation_strict(attributes: ClassicAttributes) -> Verdict:
    """Classic Load Balancers should have the desync mitigation mode defensive or strictest.

    The default is defensive.

    Problem: desync mitigation mode is monitor
    Why: Requests that the load balancer and the instances read differently let an attacker smuggle a second request
      past the load balancer.
    Fix: `aws elb modify-load-balancer-attributes --load-balancer-name NAME --load-balancer-attributes
      '{"AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "defensive"}]}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/clb-desync-mode-check.html
    """
    mode = known(attributes.desync_mode)
    if mode == "monitor":
        return non_compliant("The desync mitigation mode is monitor; use defensive or strictest")
    return compliant(f"The desync mitigation mode is {mode}")


def _from_acm(listener: ClassicListener) -> bool:
    arn = Arn.parse(listener.certificate)
    return arn is not None and arn.service == "acm"


def _name(listener: ClassicListener) -> str:
    return f"{listener.protocol} listener on port {listener.port}"


def _names(listeners: Iterable[ClassicListener]) -> str:
    return ", ".join(map(_name, listeners))
