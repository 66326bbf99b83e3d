"""The embedded AWS answers the attributes of load balancers that nobody set."""

from local.server import EmbeddedAws


def test_load_balancers_have_awss_defaults(aws: EmbeddedAws) -> None:
    ec2, elbv2 = aws.client("ec2"), aws.client("elbv2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]

    def attributes(kind: str) -> dict[str, str]:
        made = elbv2.create_load_balancer(Name=kind, Subnets=subnets, Type=kind)["LoadBalancers"][0]
        found = elbv2.describe_load_balancer_attributes(LoadBalancerArn=made["LoadBalancerArn"])["Attributes"]
        return {each["Key"]: each["Value"] for each in found}

    application, network = attributes("application"), attributes("network")
    assert application["routing.http.desync_mitigation_mode"] == "defensive"
    assert application["routing.http.drop_invalid_header_fields.enabled"] == "false"
    assert application["access_logs.s3.enabled"] == network["access_logs.s3.enabled"] == "false"
    assert "routing.http.desync_mitigation_mode" not in network
