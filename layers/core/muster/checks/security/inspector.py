"""Checks of Inspector: what it scans in a region."""

from muster.facets.security.inspector import InspectorScans
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.HIGH, controls=("FSBP Inspector.1",))
def inspector_ec2_scan_enabled(scans: InspectorScans) -> Verdict:
    """Inspector should scan EC2 instances.

    The check looks at the status of each account, also in member accounts of an administrator account.

    Problem: Inspector does not scan EC2
    Why: Inspector reports the software of instances that has known vulnerabilities, and ports that are open to the
      internet.
    Fix: `aws inspector2 enable --resource-types EC2` In a member account of an organization, only the delegated
      administrator of Inspector can change this.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/inspector-ec2-scan-enabled.html
    """
    return _scans(scans, "ec2", "EC2 instances")


@check(severity=Severity.HIGH, controls=("FSBP Inspector.2",))
def inspector_ecr_scan_enabled(scans: InspectorScans) -> Verdict:
    """Inspector should scan container images in ECR.

    The check looks at the status of each account, also in member accounts of an administrator account.

    Problem: Inspector does not scan ECR
    Why: Vulnerabilities become known after an image was pushed. Inspector scans the image again and reports them.
    Fix: `aws inspector2 enable --resource-types ECR` In a member account of an organization, only the delegated
      administrator of Inspector can change this.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/inspector-ecr-scan-enabled.html
    """
    return _scans(scans, "ecr", "container images in ECR")


@check(severity=Severity.HIGH, controls=("FSBP Inspector.3",))
def inspector_lambda_code_scan_enabled(scans: InspectorScans) -> Verdict:
    """Inspector should scan the code of Lambda functions.

    The check looks at the status of each account, also in member accounts of an administrator account.

    Problem: Inspector does not scan Lambda code
    Why: Inspector reports injection flaws, missing encryption and hard-coded secrets in the code before an attacker
      finds them.
    Fix: `aws inspector2 enable --resource-types LAMBDA LAMBDA_CODE` In a member account of an organization, only the
      delegated administrator of Inspector can change this.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/inspector-lambda-code-scan-enabled.html
    """
    return _scans(scans, "lambdaCode", "the code of Lambda functions")


@check(severity=Severity.HIGH, controls=("FSBP Inspector.4",))
def inspector_lambda_standard_scan_enabled(scans: InspectorScans) -> Verdict:
    """Inspector should scan the packages of Lambda functions.

    The check looks at the status of each account, also in member accounts of an administrator account.

    Problem: Inspector does not scan Lambda
    Why: AWS does not patch the packages that you deploy with a function. Inspector reports those with known
      vulnerabilities.
    Fix: `aws inspector2 enable --resource-types LAMBDA` In a member account of an organization, only the delegated
      administrator of Inspector can change this.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/inspector-lambda-standard-scan-enabled.html
    """
    return _scans(scans, "lambda", "the packages of Lambda functions")


def _scans(scans: InspectorScans, kind: str, what: str) -> Verdict:
    statuses = known(scans.statuses)
    if kind not in statuses:
        return not_applicable(f"Inspector does not offer to scan {what} in this region")
    status = known(statuses[kind])
    if status == "ENABLED":
        return compliant(f"Inspector scans {what}")
    return non_compliant(f"Inspector does not scan {what} ({status})")
