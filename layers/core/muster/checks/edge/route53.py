"""Checks of hosted zones in Route 53."""

from muster.facets.edge.route53 import HostedZone, QueryLogs
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP Route53.2",))
def route53_query_logging_enabled(zone: HostedZone, logs: QueryLogs, resource: Resource) -> Verdict:
    """Public hosted zones of Route 53 should log DNS queries.

    The check does not apply to private hosted zones, nor to those that an AWS service made and manages.

    Problem: DNS queries are not logged
    Why: Query logs show which names were looked up: they reveal dangling records, attacks and the source of an outage.
    Fix: In us-east-1, make a log group and allow Route 53 to write to it. Then: `aws route53
      create-query-logging-config --hosted-zone-id ID --cloud-watch-logs-log-group-arn LOG-GROUP-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/route53-controls.html#route53-2
    """
    if zone.service:
        return not_applicable(f"{zone.service} manages the hosted zone")
    if known(zone.private):
        return not_applicable("Hosted zone is private")
    group = logs.groups.get(resource.id)
    if group:
        return compliant(f"DNS queries of {zone.name} are logged to {group}")
    return non_compliant(f"DNS queries of {zone.name} are not logged")
