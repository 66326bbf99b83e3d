"""What Elastic Load Balancing answers of Classic Load Balancers, parsed."""

from muster.facets.elb import ClassicAttributes, ClassicListener, ClassicLoadBalancer, ClassicTlsPolicies
from muster.model.finding import Unknown


def test_a_load_balancer_is_parsed() -> None:
    """The example of DescribeLoadBalancers in AWS's reference, shortened."""
    listener = {"Protocol": "https", "LoadBalancerPort": 443, "InstanceProtocol": "HTTP", "SSLCertificateId": "arn"}
    found = ClassicLoadBalancer.parse(
        {
            "LoadBalancerName": "my-lb",
            "AvailabilityZones": ["us-east-1c", "us-east-1a"],
            "ListenerDescriptions": [{"Listener": listener, "PolicyNames": ["tls"]}, {"Listener": {"Protocol": "UDP"}}],
        }
    )
    assert found.zones == ("us-east-1c", "us-east-1a")
    assert found.listeners[0] == ClassicListener("HTTPS", 443, "arn", ("tls",))
    assert isinstance(found.listeners[1].protocol, Unknown)
    assert isinstance(found.listeners[1].encrypts, Unknown)
    assert found.encrypted == found.listeners, "one of an unknown protocol may encrypt"


def test_a_load_balancer_without_anything() -> None:
    assert ClassicLoadBalancer.parse({}) == ClassicLoadBalancer((), ())


def test_attributes_are_parsed() -> None:
    found = ClassicAttributes.parse(
        {
            "LoadBalancerAttributes": {
                "AccessLog": {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 60},
                "ConnectionDraining": {"Enabled": True, "Timeout": 300},
                "CrossZoneLoadBalancing": {"Enabled": False},
                "ConnectionSettings": {"IdleTimeout": 30},
                "AdditionalAttributes": [
                    {"Key": "other", "Value": "x"},
                    {"Key": "elb.http.desyncmitigationmode", "Value": "defensive"},
                ],
            }
        }
    )
    assert found == ClassicAttributes(True, "logs", True, False, "defensive")


def test_attributes_that_aws_left_out_are_not_known() -> None:
    found = ClassicAttributes.parse({"LoadBalancerAttributes": {}})
    assert all(
        isinstance(each, Unknown)
        for each in (found.access_logs, found.draining, found.cross_zone, found.desync_mode)
    )  # fmt: skip


def test_the_predefined_policy_is_in_an_attribute_not_in_the_name() -> None:
    reference = {"AttributeName": "Reference-Security-Policy", "AttributeValue": "ELBSecurityPolicy-2016-08"}
    flag = {"AttributeName": "Protocol-TLSv1.2", "AttributeValue": "true"}
    named = {"PolicyTypeName": "SSLNegotiationPolicyType"}
    found = ClassicTlsPolicies.parse(
        {
            "PolicyDescriptions": [
                {"PolicyName": "strong", **named, "PolicyAttributeDescriptions": [flag, reference]},
                {"PolicyName": "custom", **named, "PolicyAttributeDescriptions": [flag]},
                {"PolicyName": "sticky", "PolicyTypeName": "AppCookieStickinessPolicyType"},
            ]
        }
    )
    assert found == ClassicTlsPolicies({"strong": "ELBSecurityPolicy-2016-08", "custom": ""})
    assert found.of(ClassicListener("SSL", 1, "", ("sticky", "custom"))) == ""
    assert isinstance(found.of(ClassicListener("SSL", 1, "", ("sticky",))), Unknown)
