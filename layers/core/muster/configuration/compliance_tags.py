"""The key `compliance_tags` of muster.yaml: the tag that says whether a resource passes, and which resources get it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.configuration.files.document import Document, Problem
from muster.configuration.files.mistakes import problem
from muster.configuration.files.schema_parts import Schema, listing, mapping
from muster.model.finding import Severity
from muster.model.json_values import to_json

REMOVE = "remove"
"""The value of `passed` with which the tag is taken off a resource that passes."""
TAGGABLE = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::DAX::Cluster",
        "AWS::DynamoDB::Table",
        "AWS::EC2::EIP",
        "AWS::EC2::Image",
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Snapshot",
        "AWS::EC2::VPC",
        "AWS::EC2::Volume",
        "AWS::ECS::Cluster",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::AccessPoint",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    }
)
"""The resource types that can have the compliance tag: those whose calls muster/tagging knows."""
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_CHARACTERS = r"[\w .:/=+@-]"
"""What every service takes in keys and values: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html."""


@dataclass(frozen=True, slots=True)
class ComplianceTags:
    """The compliance tag: its key, its values, the resource types that get it, and the checks that count.

    `passed` is empty where the tag is taken off. Without `checks` and `packs` every check of the scan counts; with
    `severity` only failures of at least this severity do.
    """

    key: str = "compliance-status"
    failed: str = "failed"
    passed: str = ""
    types: tuple[str, ...] = ("AWS::S3::Bucket",)
    checks: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    severity: Severity | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the compliance tag as the file spells it."""
        entry = {name: to_json(getattr(self, name)) for name in ("key", "failed", "types", "checks", "packs")}
        entry["passed"] = self.passed or REMOVE
        return entry | ({"severity": self.severity.value} if self.severity else {})

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "ComplianceTags":
        """Read the compliance tag as the file spells it."""
        default = cls()
        passed, severity = document.get("passed", REMOVE), document.get("severity")
        return cls(
            key=document.get("key", default.key),
            failed=document.get("failed", default.failed),
            passed="" if passed == REMOVE else passed,
            types=tuple(document.get("types", default.types)),
            checks=tuple(document.get("checks", ())),
            packs=tuple(document.get("packs", ())),
            severity=Severity(severity) if severity else None,
        )


def taggable(resource_types: Collection[str]) -> list[str]:
    """Return those of the scanned resource types that can have the compliance tag, sorted."""
    return sorted(TAGGABLE.intersection(resource_types))


def compliance_tags(resource_types: Collection[str]) -> Schema:
    """Return the schema of the key `compliance_tags`; it refers to the definitions of the whole."""
    default = ComplianceTags()
    value = {
        "type": "string",
        "title": f"a tag value of 1 to {_LONGEST_VALUE} letters, digits, spaces and _.:/=+@-",
        "pattern": f"^{_CHARACTERS}+$",
        "maxLength": _LONGEST_VALUE,
    }
    one_type = {
        "type": "string",
        "title": "a resource type that can have the compliance tag",
        "enum": taggable(resource_types),
    }
    severities = [severity.value for severity in Severity]
    return {
        **mapping(
            "a key",
            {
                "key": {
                    "type": "string",
                    "title": f"a tag key of 1 to {_LONGEST_KEY} letters, digits, spaces and _.:/=+@- "
                    "that does not begin with aws:",
                    "pattern": f"^(?![aA][wW][sS]:){_CHARACTERS}+$",
                    "maxLength": _LONGEST_KEY,
                    "default": default.key,
                    "description": "The key of the tag.",
                },
                "failed": {**value, "default": default.failed, "description": "The value on a resource that fails."},
                "passed": {
                    **value,
                    "default": REMOVE,
                    "description": "The value on a resource that passes, or remove to take the tag off.",
                },
                "types": {
                    **listing(one_type, "The resource types that get the tag."),
                    "minItems": 1,
                    "default": list(default.types),
                },
                "checks": listing(
                    {"$ref": "#/$defs/checks"}, "Only these checks count, and those of the packs; * and ? match."
                ),
                "packs": listing({"$ref": "#/$defs/pack"}, "Only the checks of these packs count."),
                "severity": {
                    "type": "string",
                    "title": "a severity",
                    "enum": severities,
                    "description": "Only checks of this severity or above count.",
                },
            },
        ),
        "description": "The tag that muster tag, --apply-tags and the stack's ComplianceTags set on failing resources.",
    }


def compliance_tag_mistakes(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with `compliance_tags` in a document that the schema has found valid."""
    entry = document.value.get("compliance_tags", {})
    given = ComplianceTags.from_json(entry)
    if given.passed == given.failed:
        both = f"failed and passed are both '{given.failed}'; use two values, or passed: {REMOVE}"
        yield problem(document, ("compliance_tags", "passed"), both)
