"""Classic Load Balancers, and the web ACLs of application load balancers."""

from tests.faults.held import REGIONS, Estate, batches


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    classic = there.held("elb", "describe_load_balancers", "LoadBalancerDescriptions")
    each = [one for items in classic.values() for one in items]
    encrypted = [
        one
        for one in each
        if any(listener["Listener"]["Protocol"] in ("HTTPS", "SSL") for listener in one["ListenerDescriptions"])
    ]
    balancers = there.all("elbv2", "describe_load_balancers", "LoadBalancers")
    return {
        "elb:DescribeLoadBalancers": REGIONS,
        "elb:DescribeLoadBalancerAttributes": len(each),
        "elb:DescribeLoadBalancerPolicies": len(encrypted),
        "elb:DescribeTags": batches(classic, 20),
        "wafv2:GetWebACLForResource": len([one for one in balancers if one["Type"] == "application"]),
    }
