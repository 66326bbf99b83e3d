"""Checks of AMIs and launch templates."""

from muster.facets.ec2.images import (
    Image,
    ImageBlockPublicAccess,
    LaunchTemplate,
    LaunchTemplateVersions,
    MetadataOptions,
)
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant
from muster.model.text import sentence


@check(severity=Severity.CRITICAL)
def ec2_image_not_public(image: Image) -> Verdict:
    """Amazon Machine Images (AMIs) should not be public.

    Problem: AMI is public
    Why: Any AWS account can launch a public AMI and read everything on its volumes. Attackers search public AMIs for
      secrets.
    Fix: `aws ec2 modify-image-attribute --image-id ID --launch-permission "Remove=[{Group=all}]"`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
    """
    if known(image.public):
        return non_compliant("The AMI is public: any AWS account can launch it")
    return compliant("The AMI is not public")


@check(severity=Severity.MEDIUM)
def ec2_image_block_public_access(block: ImageBlockPublicAccess) -> Verdict:
    """Regions should block public sharing of AMIs.

    Problem: AMIs may be shared publicly
    Why: One mistaken call can make an AMI public. The setting prevents this. It is set in each region separately and
      does not change AMIs that are public already.
    Fix: `aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
    """
    if known(block.state) == "block-new-sharing":
        return compliant("Block public access for AMIs is on (block-new-sharing)")
    return non_compliant("Block public access for AMIs is off")


@check(severity=Severity.HIGH, controls=("FSBP EC2.170",))
def ec2_launch_template_imdsv2_required(template: LaunchTemplate, versions: LaunchTemplateVersions) -> Verdict:
    """Launch templates should require IMDSv2.

    The check applies to the default and the latest version, which launches and Auto Scaling groups use unless they
    name another one. A version fails if it does not set HttpTokens: the account's default or the AMI then decides.

    Problem: launch template allows IMDSv1
    Why: Instances launched from the template accept IMDSv1 requests. With IMDSv1, one server-side request forgery is
      enough to steal the credentials of the instance's role.
    Fix: Create a version that requires IMDSv2: `aws ec2 create-launch-template-version --launch-template-id ID
      --source-version SOURCE-VERSION --launch-template-data "MetadataOptions={HttpTokens=required}"` If the source
      version sets other metadata options, such as the hop limit, repeat them. Test the new version, then make it the
      default: `aws ec2 modify-launch-template --launch-template-id ID --default-version NEW-VERSION`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-170
    """
    default, latest = known(template.default), known(template.latest)
    names = {default: "default", latest: "latest"} if default != latest else {default: "default and latest"}
    judged = {f"version {number} ({name})": known(versions.of(template.id, number)) for number, name in names.items()}
    if found := [f"{version} {_fault(options)}" for version, options in judged.items() if _fails(options)]:
        failing = next(number for number, options in zip(names, judged.values(), strict=True) if _fails(options))
        return non_compliant(sentence("; ".join(found)), source_version=str(failing))
    for options in judged.values():
        if options.endpoint != "disabled" and known(options.tokens) != "required":
            known(options.endpoint)
    texts = (f"{version} {_merit(options)}" for version, options in judged.items())
    return compliant(sentence("; ".join(texts)))


def _fails(options: MetadataOptions) -> bool:
    """Whether the version certainly allows IMDSv1; the metadata service is on unless the version turns it off."""
    return options.tokens in (None, "optional") and options.endpoint in (None, "enabled")


def _fault(options: MetadataOptions) -> str:
    return "allows IMDSv1 (HttpTokens: optional)" if options.tokens else "does not set HttpTokens"


def _merit(options: MetadataOptions) -> str:
    off = "turns the instance metadata service off"
    return off if options.endpoint == "disabled" else "requires IMDSv2 (HttpTokens: required)"
