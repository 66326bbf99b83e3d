"""Checks of private repositories of ECR."""

from muster.facets.compute.ecr import ImageScanning, LifecyclePolicy, Repository
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant
from muster.model.text import listed

_SHOWN = 5
_SCANNED = {"SCAN_ON_PUSH": "Images are scanned on push", "CONTINUOUS_SCAN": "Images are scanned continuously"}


@check(severity=Severity.HIGH, controls=("FSBP ECR.1",))
def ecr_private_image_scanning_enabled(scanning: ImageScanning) -> Verdict:
    """ECR repositories should have image scanning enabled.

    Scanning on push and continuous scanning pass. The check reads what ECR applies to the repository: rules of the
    registry count, and the older setting of the repository alone does not.

    Problem: images are not scanned
    Why: Images bring libraries with known vulnerabilities. Without a scan you learn of them from an attack.
    Fix: The setting belongs to the registry and replaces all of its rules; keep those that it has. `aws ecr
      get-registry-scanning-configuration` `aws ecr put-registry-scanning-configuration --scan-type BASIC --rules
      '[{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-1
    """
    frequency = known(scanning.frequency)
    if reason := _SCANNED.get(frequency):
        return compliant(reason)
    return non_compliant("Images are scanned only by hand (MANUAL)")


@check(severity=Severity.MEDIUM, controls=("FSBP ECR.2",))
def ecr_private_tag_immutability_enabled(repository: Repository) -> Verdict:
    """ECR repositories should have immutable tags.

    A repository with exclusions fails, as in Security Hub: the tags that they match can change.

    Problem: image tags can change
    Why: Anyone with permission to push can move a tag that is already deployed to another image. New containers then
      run that image without a deployment.
    Fix: `aws ecr put-image-tag-mutability --repository-name NAME --image-tag-mutability IMMUTABLE`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2
    """
    mutability = known(repository.mutability)
    if mutability == "IMMUTABLE":
        return compliant("Tags are immutable")
    filters = listed(repository.exclusions, _SHOWN)
    if mutability == "IMMUTABLE_WITH_EXCLUSION":
        return non_compliant(f"Tags that match {filters} can change" if filters else "Some tags can change")
    if mutability == "MUTABLE_WITH_EXCLUSION" and filters:
        return non_compliant(f"All tags but those that match {filters} can change")
    return non_compliant(f"Tags can change ({mutability})")


@check(severity=Severity.MEDIUM, controls=("FSBP ECR.3",))
def ecr_private_lifecycle_policy_configured(policy: LifecyclePolicy) -> Verdict:
    """ECR repositories should have a lifecycle policy.

    Any policy passes. The check does not read its rules.

    Problem: repository has no lifecycle policy
    Why: Without a policy images stay for ever. They cost money, and old ones with known vulnerabilities can still be
      deployed.
    Fix: Write the rules to POLICY.json. See which images they would delete: `aws ecr start-lifecycle-policy-preview
      --repository-name NAME --lifecycle-policy-text file://POLICY.json` `aws ecr get-lifecycle-policy-preview
      --repository-name NAME` Then set the policy: `aws ecr put-lifecycle-policy --repository-name NAME
      --lifecycle-policy-text file://POLICY.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-3
    """
    if policy.exists:
        return compliant("Repository has a lifecycle policy")
    return non_compliant("Repository has no lifecycle policy")
