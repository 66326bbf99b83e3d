"""The target template as YAML or JSON, and the commands as a shell script. Pure."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from muster.migration.template.assembly import TargetTemplate
from muster.migration.template.plan import Plan

_LARGEST_BODY = 51_200
"""Bytes that CloudFormation takes directly; more goes by way of a bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""
_SIDE = "Run these after the stack is deployed. Muster runs none of them."


def as_yaml(made: TargetTemplate, plan: Plan) -> str:
    """Return the template as YAML; comments say what is not carried over, and which commands come next."""
    body = yaml.dump(made.body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    comments = [*_deployment(plan, len(body.encode())), "", *_notes(made), *_script_lines(made)]
    return "".join(f"# {line}".rstrip() + "\n" for line in comments) + body


def as_json(made: TargetTemplate, plan: Plan) -> str:
    """Return the template as JSON, which has no comments: `Metadata` says the same."""
    size = len(json.dumps(made.body).encode())
    notes = {
        "Deployment": _deployment(plan, size),
        "NotCarriedOver": [*made.remarks],
        "Missing": [*made.gaps],
        "Commands": [{"Why": each.why, "Command": each.command} for each in made.steps],
    }
    body = {**made.body, "Metadata": {"Migration": notes}}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def script(made: TargetTemplate) -> str:
    """Return the commands as a shell script that stops at the first one that fails."""
    return "\n".join(["#!/bin/sh", "set -eu", "", *_script_lines(made)]) + "\n"


def _script_lines(made: TargetTemplate) -> list[str]:
    """Return the commands, each below a comment that says why it is run."""
    lines = [f"# {_SIDE}"] if made.steps else []
    for each in made.steps:
        lines += ["", f"# {each.why}", each.command]
    return lines


def _deployment(plan: Plan, size: int) -> list[str]:
    bucket = " --s3-bucket BUCKET" if size > _LARGEST_BODY else ""
    region = plan.file.target.region
    deploy = "aws cloudformation deploy --template-file target.yaml --capabilities CAPABILITY_NAMED_IAM"
    return [
        f"Deploy it in the target region, {region} of account {plan.target_account}:",
        f"  {deploy} --stack-name {plan.stack_name} --region {region}{bucket}",
    ]


def _notes(made: TargetTemplate) -> Iterator[str]:
    for title, lines in (("Missing, since it could not be read:", made.gaps), ("To know:", made.remarks)):
        if lines:
            yield from (title, *(f"- {line}" for line in lines), "")


class _Dumper(yaml.SafeDumper):
    """Writes every value out where it stands: CloudFormation takes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's
        return True
