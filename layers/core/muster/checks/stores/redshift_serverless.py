"""Checks of workgroups and namespaces of Redshift Serverless."""

from muster.facets.stores.redshift import REQUIRE_TLS, RedshiftNamespace, RedshiftWorkgroup
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant

_LOGS = ("connectionlog", "userlog")


@check(severity=Severity.HIGH, controls=("FSBP RedshiftServerless.1",))
def redshift_serverless_workgroup_routes_within_vpc(workgroup: RedshiftWorkgroup) -> Verdict:
    """Redshift Serverless workgroups should use enhanced VPC routing.

    Problem: no enhanced VPC routing
    Why: Without it, COPY and UNLOAD go over the internet, past the endpoints, flow logs and firewalls of the VPC.
    Fix: `aws redshift-serverless update-workgroup --workgroup-name NAME --enhanced-vpc-routing`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshiftserverless-controls.html
    """
    if known(workgroup.vpc_routing):
        return compliant("Enhanced VPC routing is on")
    return non_compliant("Enhanced VPC routing is off")


@check(severity=Severity.MEDIUM, controls=("FSBP RedshiftServerless.2",))
def redshift_serverless_workgroup_encrypted_in_transit(workgroup: RedshiftWorkgroup) -> Verdict:
    """Redshift Serverless workgroups should require TLS.

    Problem: workgroup does not require TLS
    Why: Without TLS, passwords, queries and results travel in plain text.
    Fix: `aws redshift-serverless update-workgroup --workgroup-name NAME --config-parameters
      parameterKey=require_ssl,parameterValue=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshiftserverless-controls.html
    """
    value = known(workgroup.parameters.get(REQUIRE_TLS, Unknown(f"AWS did not return the parameter {REQUIRE_TLS}")))
    if value.lower() == "true":
        return compliant("Parameter require_ssl is true")
    return non_compliant(f"Parameter require_ssl is {value}")


@check(severity=Severity.HIGH, controls=("FSBP RedshiftServerless.3",))
def redshift_serverless_workgroup_no_public_access(workgroup: RedshiftWorkgroup) -> Verdict:
    """Redshift Serverless workgroups should not be publicly accessible.

    Problem: workgroup is public
    Why: Only security groups stand between the internet and the data of a public workgroup.
    Fix: `aws redshift-serverless update-workgroup --workgroup-name NAME --no-publicly-accessible`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshiftserverless-controls.html
    """
    if known(workgroup.public):
        return non_compliant("Workgroup is publicly accessible")
    return compliant("Workgroup is not publicly accessible")


@check(severity=Severity.MEDIUM, controls=("FSBP RedshiftServerless.5",))
def redshift_serverless_default_admin_check(namespace: RedshiftNamespace) -> Verdict:
    """Redshift Serverless namespaces should have a custom administrator username.

    Problem: default administrator username
    Why: With a default username, an attacker only has to guess the password.
    Fix: `aws redshift-serverless update-namespace --namespace-name NAME --admin-username OWN-NAME
      --manage-admin-password`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshiftserverless-controls.html
    """
    if known(namespace.administrator) == "admin":
        return non_compliant("Administrator has the default username admin")
    return compliant("Administrator has a custom username")


@check(severity=Severity.MEDIUM, controls=("FSBP RedshiftServerless.6",))
def redshift_serverless_publish_logs_to_cloudwatch(namespace: RedshiftNamespace) -> Verdict:
    """Redshift Serverless namespaces should send their connection and user logs to CloudWatch Logs.

    Problem: logs are not in CloudWatch Logs
    Why: The logs show who connected, and which users were changed. After an attack they are often the only evidence.
    Fix: `aws redshift-serverless update-namespace --namespace-name NAME --log-exports connectionlog userlog`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshiftserverless-controls.html
    """
    missing = [each for each in _LOGS if each not in namespace.log_exports]
    if missing:
        return non_compliant(f"Logs not sent to CloudWatch Logs: {', '.join(missing)}")
    return compliant(f"Logs sent to CloudWatch Logs: {', '.join(_LOGS)}")
