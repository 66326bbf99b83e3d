"""Checks of machine images and launch templates."""

from muster.facets.ec2.images import (
    Image,
    ImageBlockPublicAccess,
    LaunchTemplate,
    LaunchTemplateVersions,
    MetadataOptions,
)
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.CRITICAL)
def ec2_image_not_public(image: Image) -> Verdict:
    """Machine images should not be public.

    Problem: machine image is public
    Why: Whoever has an AWS account can launch a public image and read all that is on its volumes; secrets that were
      left on one are found within hours.
    Fix: `aws ec2 modify-image-attribute --image-id ID --launch-permission "Remove=[{Group=all}]"`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
    """
    if known(image.public):
        return non_compliant("the image is public: any AWS account can launch it")
    return compliant("the image is not public")


@check(severity=Severity.MEDIUM)
def ec2_image_block_public_access(block: ImageBlockPublicAccess) -> Verdict:
    """Regions should block the public sharing of machine images.

    Problem: images may be shared publicly
    Why: It is set for each region apart, and stops an image from becoming public by one careless call. Images that
      are public already stay so.
    Fix: `aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing --region
      REGION`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
    """
    if known(block.state) == "block-new-sharing":
        return compliant("the region blocks new public sharing of images")
    return non_compliant("the region does not block the public sharing of images")


@check(severity=Severity.HIGH, controls=("FSBP EC2.170",))
def ec2_launch_template_imdsv2_required(template: LaunchTemplate, versions: LaunchTemplateVersions) -> Verdict:
    """Launch templates should require IMDSv2.

    Both the default and the latest version are judged: those that launches and Auto Scaling groups use unless they
    name another. A version that says nothing of it leaves it to the region's default and to the image.

    Problem: launch template allows IMDSv1
    Why: Every instance that is launched from the template answers version 1 of the metadata service, which hands out
      the credentials of its role to any request that reaches it.
    Fix: `aws ec2 create-launch-template-version --launch-template-id ID --source-version OLD-VERSION
      --launch-template-data "MetadataOptions={HttpTokens=required}"` `aws ec2 modify-launch-template
      --launch-template-id ID --default-version NEW-VERSION`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-170
    """
    default, latest = known(template.default), known(template.latest)
    names = {default: "default", latest: "latest"} if default != latest else {default: "default and latest"}
    judged = {f"version {number} ({name})": known(versions.of(template.id, number)) for number, name in names.items()}
    if found := [f"{version} {_fault(options)}" for version, options in judged.items() if _fails(options)]:
        return non_compliant("; ".join(found))
    for options in judged.values():
        if options.endpoint != "disabled" and known(options.tokens) != "required":
            known(options.endpoint)
    require = "require" if len(judged) > 1 else "requires"
    return compliant(f"{' and '.join(judged)} {require} IMDSv2 or no metadata service")


def _fails(options: MetadataOptions) -> bool:
    """Whether launches answer version 1 for all that is known; a service that is not spoken of is on."""
    return options.tokens in (None, "optional") and options.endpoint in (None, "enabled")


def _fault(options: MetadataOptions) -> str:
    return "has HttpTokens optional" if options.tokens else "does not say whether tokens are required"
