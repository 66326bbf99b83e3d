"""The files of a bundle for Terraform. Pure.

https://developer.hashicorp.com/terraform/language/import
"""

from collections.abc import Iterator

from muster.bundle.contents import Contents, Imported
from muster.bundle.terraform.hcl import Argument, Block, Raw, written
from muster.bundle.terraform.resources import TerraformResource, resources_of

_TERRAFORM = ">= 1.5.0"
"""Import blocks came with 1.5."""
_PROVIDER = ">= 6.40.0, < 7.0.0"
"""6.40 leaves a bucket's blocked encryption types alone where they are not set."""


def files(contents: Contents) -> dict[str, str]:
    """Return the texts of the files by their paths: one with the providers, and one a region and service."""
    found: dict[str, list[Argument | Block]] = {}
    for each in contents.imported:
        found.setdefault(_path(each), []).extend(_blocks(each))
    return {"providers.tf": _providers(contents), **{path: written(body) for path, body in found.items()}}


def _path(imported: Imported) -> str:
    service = imported.resource.type.split("::")[1].lower()
    return f"{imported.region}-{service}.tf"


def _alias(region: str) -> str:
    return region.replace("-", "_")


def _providers(contents: Contents) -> str:
    source = {"source": "hashicorp/aws", "version": _PROVIDER}
    head = Block(
        "terraform",
        (Argument("required_version", _TERRAFORM), Block("required_providers", (Argument("aws", source),))),
    )
    regions = sorted({each.region for each in contents.imported})
    accounts = Argument("allowed_account_ids", [contents.account_id])
    aliases = (
        Block("provider", (Argument("alias", _alias(region)), Argument("region", region), accounts), ("aws",))
        for region in regions
    )
    return written((head, *aliases))


def _blocks(imported: Imported) -> Iterator[Block]:
    provider = Raw(f"aws.{_alias(imported.region)}")
    for each in resources_of(imported):
        to = Raw(f"{each.type}.{each.label}")
        yield Block("import", (Argument("to", to), Argument("id", each.id), Argument("provider", provider)))
        body = (Argument("provider", provider), *each.body, Block("lifecycle", _lifecycle(each)))
        yield Block("resource", body, (each.type, each.label))


def _lifecycle(resource: TerraformResource) -> tuple[Argument, ...]:
    ignored = Raw("[" + ", ".join(resource.ignore) + "]")
    return (Argument("prevent_destroy", True), *((Argument("ignore_changes", ignored),) if resource.ignore else ()))
