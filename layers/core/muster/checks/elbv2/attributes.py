"""Checks of the attributes, the Availability Zones and the web ACL of load balancers."""

from muster.facets.elbv2.load_balancers import APPLICATION, LoadBalancer, LoadBalancerAttributes, WebAcl
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.12",))
def elb_desync_mitigation_strict(load_balancer: LoadBalancer, attributes: LoadBalancerAttributes) -> Verdict:
    """Application load balancers should have the desync mitigation mode defensive or strictest.

    The default is defensive.

    Problem: desync mitigation mode is monitor
    Why: Requests that the load balancer and the targets read differently let an attacker smuggle a second request past
      the load balancer.
    Fix: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes
      Key=routing.http.desync_mitigation_mode,Value=defensive`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-12
    """
    if other := _not_application(load_balancer):
        return not_applicable(f"{other} do not parse HTTP requests")
    mode = known(attributes.desync_mode)
    if mode == "monitor":
        return non_compliant("The desync mitigation mode is monitor; use defensive or strictest")
    return compliant(f"The desync mitigation mode is {mode}")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.4",))
def elb_invalid_headers_dropped(load_balancer: LoadBalancer, attributes: LoadBalancerAttributes) -> Verdict:
    """Application load balancers should drop invalid HTTP headers.

    The default is off. AWS recommends to use only one of this check and `elb-desync-mitigation-strict`, which protects
    from the same attack.

    Problem: invalid HTTP headers are not dropped
    Why: Targets may read an invalid header differently than the load balancer, which enables request smuggling.
    Fix: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes
      Key=routing.http.drop_invalid_header_fields.enabled,Value=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4
    """
    if other := _not_application(load_balancer):
        return not_applicable(f"{other} do not parse HTTP headers")
    if known(attributes.drops_invalid_headers):
        return compliant("Invalid HTTP headers are dropped")
    return non_compliant("Invalid HTTP headers are passed on to the targets")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.13",))
def elb_multiple_zones(load_balancer: LoadBalancer, *, zones: int = 2) -> Verdict:
    """Load balancers should be in several Availability Zones.

    The check counts the Availability Zones that are enabled for the load balancer. `zones` is the required number. A
    load balancer on an Outpost can be in one zone only, so the check does not apply to it.

    Problem: load balancer is in too few zones
    Why: If the only Availability Zone fails, clients cannot reach the targets.
    Fix: `aws elbv2 set-subnets --load-balancer-arn ARN --subnets SUBNET-IN-ZONE-1 SUBNET-IN-ZONE-2`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/elbv2-multiple-az.html
    """
    if load_balancer.on_outpost:
        return not_applicable("Load balancer is on an Outpost, which has one Availability Zone")
    named = f"{counted(len(load_balancer.zones), 'Availability Zone')} ({', '.join(sorted(load_balancer.zones))})"
    if not load_balancer.zones:
        return non_compliant(f"Load balancer is in no Availability Zone; use {zones} or more")
    if len(load_balancer.zones) < zones:
        return non_compliant(f"Load balancer is in {named}; use {zones} or more")
    return compliant(f"Load balancer is in {named}")


@check(severity=Severity.MEDIUM, controls=("Security Hub ELB.16",))
def elb_waf_associated(load_balancer: LoadBalancer, web_acl: WebAcl) -> Verdict:
    """Application load balancers should have an AWS WAF web ACL.

    The check applies to internal load balancers, too. It does not see web ACLs of AWS WAF Classic, which AWS no longer
    supports.

    Problem: load balancer has no web ACL
    Why: A web ACL blocks common attacks, such as SQL injection, before they reach the application.
    Fix: `aws wafv2 associate-web-acl --web-acl-arn WEB-ACL-ARN --resource-arn ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/alb-waf-enabled.html
    """
    if other := _not_application(load_balancer):
        return not_applicable(f"{other} cannot have a web ACL")
    if web_acl.name:
        return compliant(f"Web ACL {web_acl.name} protects the load balancer")
    return non_compliant("No AWS WAF web ACL is associated with the load balancer")


@check(severity=Severity.LOW, opt_in=("required",))
def elb_cross_zone_enabled(
    load_balancer: LoadBalancer, attributes: LoadBalancerAttributes, *, required: bool = False
) -> Verdict:
    """Network and gateway load balancers should have cross-zone load balancing on.

    The check is off until the setting `required` is on, because AWS charges for traffic between zones. The default is
    off. A target group can override the setting, which the check does not see. For application load balancers,
    cross-zone load balancing is always on.

    Problem: cross-zone load balancing is off
    Why: Without it, a zone with few targets gets as many requests as a zone with many, and a zone whose targets all
      fail serves no requests.
    Fix: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN
      --attributes Key=load_balancing.cross_zone.enabled,Value=true`
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-load-balancer-attributes.html
    """
    kind = known(load_balancer.kind)
    if kind == APPLICATION:
        return not_applicable("Cross-zone load balancing of application load balancers is always on")
    if not required:
        return not_applicable("The setting required is off")
    if known(attributes.cross_zone):
        return compliant(f"Cross-zone load balancing of the {kind} load balancer is on")
    return non_compliant(f"Cross-zone load balancing of the {kind} load balancer is off")


def _not_application(load_balancer: LoadBalancer) -> str:
    """Return the kind of load balancers that a load balancer is of; empty for an application load balancer."""
    kind = known(load_balancer.kind)
    return "" if kind == APPLICATION else f"{kind.capitalize()} load balancers"
