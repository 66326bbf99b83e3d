"""The tag policy in force in an account, worked out of the policies that moto's organization has attached.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
"""

import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer, error_body

_CLOUDFORMATION = {
    "dynamodb:table": ["AWS::DynamoDB::Table"],
    "ec2:instance": ["AWS::EC2::Instance"],
    "ec2:volume": ["AWS::EC2::Volume"],
    "lambda:function": ["AWS::Lambda::Function"],
    "s3:bucket": ["AWS::S3::Bucket"],
    "sqs:queue": ["AWS::SQS::Queue"],
}
"""The types that estates require tags of; of others the answer names no type of CloudFormation."""

Rules = dict[str, dict[str, Any]]


def corrections() -> dict[str, Correction]:
    """Return what corrects tag policies, by operation; moto's own organization remembers them."""
    return {
        "organizations:DescribeEffectivePolicy": _describe_effective_policy,
        "resourcegroupstaggingapi:ListRequiredTags": _list_required_tags,
    }


def _describe_effective_policy(request: Request) -> Answer:
    account, _ = place(request)
    texts = _attached(account)
    if texts is None:
        return HTTPStatus.BAD_REQUEST, error_body("organizations", "AWSOrganizationsNotInUseException")
    if not texts:
        return HTTPStatus.BAD_REQUEST, error_body("organizations", "EffectivePolicyNotFoundException")
    policy = {
        "LastUpdatedTimestamp": time.time(),
        "PolicyContent": json.dumps({"tags": _merged(texts)}),
        "PolicyType": "TAG_POLICY",
        "TargetId": account,
    }
    return HTTPStatus.OK, json.dumps({"EffectivePolicy": policy})


def _list_required_tags(request: Request) -> Answer:
    account, _ = place(request)
    parameters = json.loads(request.body or "{}")
    keys: dict[str, list[str]] = {}
    for name, rule in _merged(_attached(account) or []).items():
        for kind in rule.get("report_required_tag_for", ()):
            keys.setdefault(kind, []).append(str(rule.get("tag_key", name)))
    found = [
        {"ResourceType": kind, "CloudFormationResourceTypes": _CLOUDFORMATION.get(kind, []), "ReportingTagKeys": names}
        for kind, names in sorted(keys.items())
    ]
    start, size = int(parameters.get("NextToken", 0)), int(parameters.get("MaxResults", 200))
    answer: dict[str, Any] = {"RequiredTags": found[start : start + size]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return HTTPStatus.OK, json.dumps(answer)


def _attached(account: str) -> list[str] | None:
    """Return the texts of the tag policies on an account, the root's first; None without an organization."""
    from moto.organizations.models import organizations_backends  # noqa: PLC0415 - moto takes seconds to import

    master, _ = organizations_backends.master_accounts.get(account, (account, ""))
    backend = organizations_backends[master]["aws"]
    if backend.org is None:
        return None
    above = list(_above(backend, account))
    return [
        policy.content for place in reversed(above) for policy in place.attached_policies if policy.type == "TAG_POLICY"
    ]


def _above(backend: Any, account: str) -> Iterator[Any]:
    """Yield an account and what it lies in, up to the root."""
    one = next(each for each in backend.accounts if each.id == account)
    while one is not None:
        yield one
        one = next((each for each in backend.ou if each.id == one.parent_id), None)


def _merged(texts: list[str]) -> Rules:
    """Let each policy change what the ones above it say, and drop the operators."""
    found: Rules = {}
    for text in texts:
        for name, settings in json.loads(text)["tags"].items():
            rule = found.setdefault(name.lower(), {})
            for setting, operators in settings.items():
                rule[setting] = _changed(rule.get(setting, []), operators)
    return found


def _changed(value: Any, operators: dict[str, Any]) -> Any:
    value = operators.get("@@assign", value)
    if "@@append" in operators:
        value = [*value, *operators["@@append"]]
    if "@@remove" in operators:
        value = [each for each in value if each not in operators["@@remove"]]
    return value
