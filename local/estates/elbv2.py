"""Load balancers: one that does everything right, and one that does nothing right."""

from typing import Any

from local.server import EmbeddedAws

_PAIRS = [
    {"Key": key, "Value": value}
    for key, value in (("Environment", "production"), ("Owner", "web"), ("CostCenter", "CC-1000"), ("Project", "shop"))
]
_TO_HTTPS = [
    {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}},
]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2, elbv2 = aws.client("ec2", region), aws.client("elbv2", region)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    groups = _target_groups(elbv2, vpc)
    made = aws.client("acm", region).request_certificate(DomainName="shop.example.com")["CertificateArn"]
    balancer = _good(elbv2, subnets, groups["shop"], {"CertificateArn": made})
    _protect(aws.client("wafv2", region), balancer)
    _bad(elbv2, subnets, groups["old-shop"])
    _others(elbv2, subnets)


def _target_groups(elbv2: Any, vpc: str) -> dict[str, str]:
    plain: dict[str, Any] = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    encrypted = {"Protocol": "HTTPS", "Port": 443, "HealthCheckProtocol": "HTTPS"}
    settings: dict[str, dict[str, Any]] = {
        "shop": {"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5, "Tags": _PAIRS, **encrypted},
        "old-shop": {"HealthCheckIntervalSeconds": 60, "HealthCheckTimeoutSeconds": 59, "UnhealthyThresholdCount": 10},
        "nobodys": {},
    }
    groups = {
        name: elbv2.create_target_group(Name=name, **{**plain, **more})["TargetGroups"][0]["TargetGroupArn"]
        for name, more in settings.items()
    }
    elbv2.register_targets(TargetGroupArn=groups["shop"], Targets=[{"Id": "10.9.0.7", "Port": 80}])
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    elbv2.modify_target_group_attributes(TargetGroupArn=groups["shop"], Attributes=delay)
    return groups


def _good(elbv2: Any, subnets: list[str], group: str, certificate: dict[str, str]) -> str:
    balancer = _balancer(elbv2, "shop", subnets, protected=True, logs=True, Tags=_PAIRS)
    _set(elbv2, balancer, {"routing.http.drop_invalid_header_fields.enabled": "true"})
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=_TO_HTTPS, Tags=_PAIRS)
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        Certificates=[certificate],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        Tags=_PAIRS,
    )["Listeners"][0]["ListenerArn"]
    _rule(elbv2, listener, 10, "/items/*", forward)
    elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=8443,
        SslPolicy="ELBSecurityPolicy-2016-08",
        Certificates=[certificate],
        DefaultActions=forward,
    )
    return balancer


def _protect(wafv2: Any, balancer: str) -> None:
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "shop"}
    made = wafv2.create_web_acl(
        Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visible, Rules=[]
    )
    wafv2.associate_web_acl(WebACLArn=made["Summary"]["ARN"], ResourceArn=balancer)


def _bad(elbv2: Any, subnets: list[str], group: str) -> None:
    balancer = _balancer(elbv2, "old-shop", subnets, protected=False, logs=False)
    _set(elbv2, balancer, {"routing.http.desync_mitigation_mode": "monitor"})
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    listener = elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=_TO_HTTPS)[
        "Listeners"
    ][0]["ListenerArn"]
    _rule(elbv2, listener, 10, "/items/*", forward)
    _rule(elbv2, listener, 20, "/items/new/*", forward)
    _rule(elbv2, listener, 30, "/about", _TO_HTTPS)


def _others(elbv2: Any, subnets: list[str]) -> None:
    balancer = _balancer(elbv2, "shop-tcp", subnets, protected=True, logs=False, Type="network")
    _set(elbv2, balancer, {"load_balancing.cross_zone.enabled": "true"})
    elbv2.create_load_balancer(Name="shop-firewall", Subnets=subnets[:1], Type="gateway")


def _balancer(elbv2: Any, name: str, subnets: list[str], *, protected: bool, logs: bool, **more: Any) -> str:
    made = elbv2.create_load_balancer(Name=name, Subnets=subnets, **more)["LoadBalancers"][0]["LoadBalancerArn"]
    switches = {
        "deletion_protection.enabled": str(protected).lower(),
        "access_logs.s3.enabled": str(logs).lower(),
        "access_logs.s3.bucket": "logs-of-the-shop" if logs else "",
    }
    _set(elbv2, made, switches)
    return str(made)


def _set(elbv2: Any, balancer: str, attributes: dict[str, str]) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=pairs)


def _rule(elbv2: Any, listener: str, priority: int, path: str, actions: list[dict[str, Any]]) -> None:
    condition = [{"Field": "path-pattern", "Values": [path]}]
    elbv2.create_rule(ListenerArn=listener, Priority=priority, Conditions=condition, Actions=actions)
