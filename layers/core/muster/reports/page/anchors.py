"""The part of the report's address that opens a finding. Pure."""

from urllib.parse import quote

from muster.model.finding import Finding


def anchor(finding: Finding) -> str:
    """Return `#f=CHECK@ARN`, as the report's own links have it; `~VARIANT` follows the check where it has one.

    Where AWS gives no ARN, it is the resource's key, its account and its region.
    """
    resource = finding.resource
    variant = f"~{finding.variant}" if finding.variant else ""
    where = "" if resource.key.startswith("arn:") else f"/{resource.account_id}/{resource.region}"
    return f"#f={quote(f'{finding.check_id}{variant}@{resource.key}{where}', safe=':@/~', errors='replace')}"
