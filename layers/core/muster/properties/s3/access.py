"""Who may use a bucket, as properties: its policy, its access-control list, the owner of its objects. Pure."""

from typing import Any

from muster.properties.consuming import Part


def ownership(part: Part) -> dict[str, Any]:
    """Return the ownership controls of a bucket, empty where it has none."""
    rules = [rule.copy("ObjectOwnership") for rule in part.part("OwnershipControls").parts("Rules")]
    return {"Rules": rules} if rules else {}


def public_access_block(part: Part) -> dict[str, Any]:
    """Return the public-access block of a bucket, empty where it has none."""
    return part.part("PublicAccessBlockConfiguration").copy(
        "BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"
    )


def acl(part: Part) -> None:
    """Take the access-control list: the owner's full control is what every bucket has, and the rest has no property.

    `AccessControl` cannot be read back, and stands for a few fixed lists only.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """
    owner = part.take("Owner") or {}
    for grant in part.parts("Grants"):
        grantee, permission = grant.take("Grantee") or {}, grant.take("Permission")
        if grantee.get("ID") and grantee["ID"] == owner.get("ID") and permission == "FULL_CONTROL":
            continue
        who = grantee.get("URI") or grantee.get("EmailAddress") or grantee.get("ID") or "an unknown grantee"
        grant.obstacle(f"it gives {who} {permission}, and CloudFormation has no property for grants of an ACL")
