"""A bundle for CloudFormation: templates, and the files that name the resources of their IMPORT change sets. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import.html
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.bundle.contents import Contents, Imported, Refused, left_out
from muster.properties.conversion import TemplateResource

_MOST_RESOURCES = 200
"""A change set imports at most so many; a stack may have 500.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""
LARGEST = 1_000_000
"""The most bytes of a template in S3.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""
_LARGEST_INLINE = 51_200
"""The most bytes of a template that a call takes itself."""
_NOT_IMPORTABLE = "CloudFormation cannot import resources of this type"
_WORD = re.compile(r"[A-Za-z0-9]+")
_LONGEST_NAME = 150
"""Characters of a name in a logical id, which may have 255."""
_RESOLVED = "a value contains {{resolve:, which CloudFormation would replace"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack to make: its name, its region, and the texts of its two files."""

    name: str
    region: str
    template: str
    to_import: str
    resources: int
    capability: bool
    """Whether it has roles, which CloudFormation takes only with CAPABILITY_NAMED_IAM."""

    @property
    def folder(self) -> str:
        """The folder of its files in the bundle."""
        return f"{self.region}/{self.name}"

    @property
    def by_url(self) -> bool:
        """Whether the template is too large for a call, and goes to S3 first."""
        return len(self.template.encode()) > _LARGEST_INLINE

    @property
    def files(self) -> dict[str, str]:
        """The texts of the files, by their paths in the bundle."""
        return {
            f"{self.folder}/template.json": self.template,
            f"{self.folder}/resources-to-import.json": self.to_import,
        }


def refused(contents: Contents) -> Refused:
    """Return the resources that no change set can import, with the reasons."""
    found = {}
    for each in contents.imported:
        parts = [part for part in each.parts if not part.identifier or not all(part.identifier.values())]
        body = _body((each,))
        reasons = [f"{part.type}: {_NOT_IMPORTABLE}" for part in parts]
        reasons += ["its properties alone are larger than a template may be"] if len(body.encode()) > LARGEST else []
        reasons += [_RESOLVED] if "{{resolve:" in body else []
        if reasons:
            found[each.resource.identity] = left_out(each.resource, *dict.fromkeys(reasons))
    return found


def stacks(contents: Contents) -> tuple[Stack, ...]:
    """Return the stacks that import the contents, each of one region."""
    regions = sorted({each.region for each in contents.imported})
    return tuple(
        _stack(f"muster-import-{number}-{_digest(group)}", region, group)
        for region in regions
        for number, group in enumerate(_groups([each for each in contents.imported if each.region == region]), 1)
    )


def _groups(items: Sequence[Imported]) -> Iterator[tuple[Imported, ...]]:
    """Yield the resources of each stack: a resource and its parts are never torn apart."""
    group: list[Imported] = []
    count = size = 0
    for each in items:
        more, bytes_ = len(each.parts), len(_body((each,)).encode())
        if group and (count + more > _MOST_RESOURCES or size + bytes_ > LARGEST):
            yield tuple(group)
            group, count, size = [], 0, 0
        group.append(each)
        count, size = count + more, size + bytes_
    if group:
        yield tuple(group)


def _stack(name: str, region: str, group: Sequence[Imported]) -> Stack:
    parts = [part for each in group for part in each.parts]
    named = [
        {"ResourceType": each.type, "LogicalResourceId": _logical_id(each), "ResourceIdentifier": dict(each.identifier)}
        for each in parts
    ]
    roles = any(each.type.startswith("AWS::IAM::") for each in parts)
    return Stack(name, region, _body(group), json.dumps(named, indent=2) + "\n", len(parts), roles)


def _digest(group: Sequence[Imported]) -> str:
    """Return a word that differs between stacks of different resources: an earlier bundle may have made its stacks."""
    ids = sorted(_logical_id(part) for each in group for part in each.parts)
    return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:8]


def _body(group: Sequence[Imported]) -> str:
    resources = {
        _logical_id(part): {
            "Type": part.type,
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": dict(part.properties),
        }
        for each in group
        for part in each.parts
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Existing resources, imported as they are. Written by muster import-bundle.",
        "Resources": resources,
    }
    return json.dumps(template, indent=2, ensure_ascii=False) + "\n"


def _logical_id(part: TemplateResource) -> str:
    """Return a name that no other resource of the account has: kinds of one name have different ids."""
    kind = part.type.rpartition("::")[2]
    words = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(part.name))
    identity = json.dumps([part.type, dict(part.identifier)], sort_keys=True)
    return f"{kind}{words[:_LONGEST_NAME]}{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
