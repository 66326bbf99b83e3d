"""A bundle: the files that bring existing resources under infrastructure-as-code, for one tool."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from muster import __version__
from muster.bundle import cloudformation, pulumi
from muster.bundle.contents import Contents, Refused
from muster.bundle.directory import MANIFEST, manifest
from muster.bundle.readme import readme
from muster.bundle.terraform import files as terraform
from muster.bundle.terraform import resources


class Tool(StrEnum):
    """A tool that a bundle is for."""

    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"
    PULUMI = "pulumi"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The contents of a bundle for a tool, and the texts of its files by their paths."""

    tool: Tool
    contents: Contents
    files: Mapping[str, str]


def make_bundle(contents: Contents, tool: Tool, made_at: datetime) -> Bundle:
    """Return the bundle of some contents; resources that the tool cannot express are left out of it."""
    contents = contents.without(_REFUSED[tool](contents))
    if tool is Tool.CLOUDFORMATION:
        stacks = cloudformation.stacks(contents)
        files = {path: text for stack in stacks for path, text in stack.files.items()}
        text = readme(tool, contents, stacks=stacks)
    elif not contents.imported:
        files, text = {}, readme(tool, contents)
    elif tool is Tool.TERRAFORM:
        files = terraform.files(contents)
        text = readme(tool, contents, imports=sum(len(resources.resources_of(each)) for each in contents.imported))
    else:
        files = pulumi.files(contents)
        text = readme(tool, contents, regions=sorted({each.region for each in contents.imported}))
    files["README.md"] = text
    files[MANIFEST] = manifest(files, _facts(contents, tool, made_at))
    return Bundle(tool, contents, files)


def _facts(contents: Contents, tool: Tool, made_at: datetime) -> dict[str, object]:
    return {
        "muster": __version__,
        "made_at": made_at.isoformat(timespec="seconds"),
        "to": str(tool),
        "account_id": contents.account_id,
        "complete": contents.complete,
        "imported": [
            {"type": each.resource.type, "name": each.name, "region": each.resource.region, "arn": each.resource.arn}
            for each in contents.imported
        ],
        "left_out": [
            {"type": each.type, "name": each.name, "region": each.region, "reasons": list(each.reasons)}
            for each in contents.left_out
        ],
        "not_listed": list(contents.gaps),
    }


_REFUSED: Mapping[Tool, Callable[[Contents], Refused]] = MappingProxyType(
    {
        Tool.CLOUDFORMATION: cloudformation.refused,
        Tool.TERRAFORM: resources.refused,
        Tool.PULUMI: resources.refused,
    }
)
"""Pulumi's provider is made of Terraform's: what the one cannot express, the other cannot."""
