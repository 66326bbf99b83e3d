"""Classic Load Balancers: one that does everything right, and one that does nothing right."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [
    {"Key": key, "Value": value}
    for key, value in (("Environment", "production"), ("Owner", "web"), ("CostCenter", "CC-1000"), ("Project", "shop"))
]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    elb = aws.client("elb", region)
    made = aws.client("acm", region).request_certificate(DomainName="classic.example.com")["CertificateArn"]
    _make(elb, "shop", [_listener("HTTPS", 443, made)], [f"{region}{zone}" for zone in "ab"], Tags=_TAGS)
    _policy(elb, "shop", 443, "ELBSecurityPolicy-TLS-1-2-2017-01")
    attributes = {
        "CrossZoneLoadBalancing": {"Enabled": True},
        "AccessLog": {"Enabled": True, "S3BucketName": "logs-of-the-shop", "EmitInterval": 60},
        "ConnectionDraining": {"Enabled": True, "Timeout": 300},
    }
    elb.modify_load_balancer_attributes(LoadBalancerName="shop", LoadBalancerAttributes=attributes)
    uploaded = f"arn:aws:iam::{ACCOUNT}:server-certificate/old-shop"
    _make(elb, "old-shop", [_listener("HTTP", 80), _listener("SSL", 443, uploaded)], [f"{region}a"])
    _policy(elb, "old-shop", 443, "ELBSecurityPolicy-2016-08")
    monitor = {"AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "monitor"}]}
    elb.modify_load_balancer_attributes(LoadBalancerName="old-shop", LoadBalancerAttributes=monitor)


def _make(elb: Any, name: str, listeners: list[dict[str, Any]], zones: list[str], **more: Any) -> None:
    elb.create_load_balancer(LoadBalancerName=name, Listeners=listeners, AvailabilityZones=zones, **more)


def _listener(protocol: str, port: int, certificate: str = "") -> dict[str, Any]:
    found = {"Protocol": protocol, "LoadBalancerPort": port, "InstanceProtocol": "HTTP", "InstancePort": 80}
    return found | ({"SSLCertificateId": certificate} if certificate else {})


def _policy(elb: Any, name: str, port: int, reference: str) -> None:
    attributes = [{"AttributeName": "Reference-Security-Policy", "AttributeValue": reference}]
    elb.create_load_balancer_policy(
        LoadBalancerName=name, PolicyName="tls", PolicyTypeName="SSLNegotiationPolicyType", PolicyAttributes=attributes
    )
    elb.set_load_balancer_policies_of_listener(LoadBalancerName=name, LoadBalancerPort=port, PolicyNames=["tls"])
