"""The commands that people run themselves: for the source side, and for the code of functions. Pure."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.migration.file import BucketItem, FunctionItem, Item
from muster.migration.sides import Source
from muster.migration.template.buckets.replication import (
    permissions,
    replication_configuration,
    rule_id,
    trust,
)
from muster.migration.template.function_roles import target_role_arn
from muster.migration.template.monitoring import replication_dimensions
from muster.migration.template.moving import Mover
from muster.migration.template.plan import Parts, Plan, identifier, named
from muster.model.arn import Arn
from muster.model.finding import UnknownField

_LITERALLY, _ESCAPED = re.compile(r"([.*^$\[\]\\#])"), r"\\\1"
"""What sed does not take as itself in a pattern."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command: why it is run, and the line for a shell. Nothing of Muster runs it."""

    why: str
    command: str


def steps(plan: Plan, parts: Parts) -> tuple[Step, ...]:
    """Return the commands in their order; they come after the deployment of the target stack."""
    made = [*_role(plan), *_topic(plan)]
    for item, source in plan.replicated:
        try:
            made += _bucket(plan, item, source)
        except UnknownField as unknown:
            parts.gap(item.name, f"no replication rule: {unknown.unavailable.reason}")
    for function, source in named(plan, FunctionItem):
        if not source.own.exists:
            parts.gap(function.name, f"there is no such function in {plan.file.source.region}")
            continue
        parts.remark(function.name, "the code of a function is not carried over: see the commands")
        made += _function(plan, function, source, parts)
    return tuple(made)


def _role(plan: Plan) -> Iterator[Step]:
    """Make the role where the template cannot: in the account of the source."""
    if not (plan.replicated and plan.across_accounts):
        return
    yield Step(
        "Make the role that S3 assumes; it is in the account of the source.",
        _line(
            "aws", "iam", "create-role", "--role-name", plan.role_name, "--assume-role-policy-document",
            _json(trust()), "--tags", *plan.tag_words(),
        ),
    )  # fmt: skip
    yield _permissions(plan, plan.role_name)


def _permissions(plan: Plan, role: str) -> Step:
    target_key = f"arn:{plan.partition}:kms:{plan.file.target.region}:{plan.target_account}:key/*"
    document = _json(permissions(plan, target_key))
    return Step(
        f"Allow the role {role} read the sources and write the targets.",
        _line(
            "aws", "iam", "put-role-policy", "--role-name", role, "--policy-name", f"{plan.role_name}-permissions",
            "--policy-document", document,
        ),
    )  # fmt: skip


def _topic(plan: Plan) -> Iterator[Step]:
    if not plan.replicated:
        return
    region = ("--region", plan.file.source.region)
    yield Step(
        "Make the topic of the source region: an alarm notifies a topic of its own region.",
        _line("aws", "sns", "create-topic", "--name", plan.topic_name, "--tags", *plan.tag_words(), *region),
    )
    if plan.file.notify:
        yield Step(
            f"Subscribe {plan.file.notify}, who must confirm it.",
            _line(
                "aws", "sns", "subscribe", "--topic-arn", plan.topic_arn_at_source, "--protocol", "email",
                "--notification-endpoint", plan.file.notify, *region,
            ),
        )  # fmt: skip


def _bucket(plan: Plan, item: BucketItem, source: Source) -> Iterator[Step]:
    region = ("--region", plan.file.source.region)
    if source.own.answer("versioning").get("Status") != "Enabled":
        yield Step(
            f"Turn on versioning of {item.name}: S3 replicates versioned buckets only.",
            _line(
                "aws", "s3api", "put-bucket-versioning", "--bucket", item.name, "--versioning-configuration",
                "Status=Enabled", *region,
            ),
        )  # fmt: skip
    configuration = replication_configuration(plan, item, source)
    if configuration["Role"] != plan.role_arn:
        yield _permissions(plan, Arn.of(configuration["Role"]).name)
    yield Step(
        f"Replicate {item.name} to {item.target}. The call replaces all rules: the others of the bucket are in it.",
        _line(
            "aws", "s3api", "put-bucket-replication", "--bucket", item.name, "--replication-configuration",
            _json(configuration), *region,
        ),
    )  # fmt: skip
    rule = rule_id(plan, item, source)
    dimensions = [f"Name={key},Value={value}" for key, value in replication_dimensions(item, rule).items()]
    yield Step(
        f"Alarm when objects of {item.name} are not replicated.",
        _line(
            "aws", "cloudwatch", "put-metric-alarm", "--alarm-name", f"{item.target}-replication-failures",
            "--namespace", "AWS/S3", "--metric-name", "OperationsFailedReplication", "--dimensions", *dimensions,
            "--statistic", "Sum", "--period", "300", "--evaluation-periods", "1", "--threshold", "0",
            "--comparison-operator", "GreaterThanThreshold", "--treat-missing-data", "ignore", "--alarm-actions",
            plan.topic_arn_at_source, "--tags", *plan.tag_words(), *region,
        ),
    )  # fmt: skip


def _function(plan: Plan, item: Item, source: Source, parts: Parts) -> Iterator[Step]:
    """Copy a function by hand; the values of its environment are read by the command, and printed nowhere."""
    try:
        answer = source.own.answer("function")
    except UnknownField as unknown:
        parts.gap(item.name, f"the function could not be read: {unknown.unavailable.reason}")
        return
    given = answer.get("Configuration") or {}
    source_region, target_region = plan.file.source.region, plan.file.target.region
    if given.get("PackageType") == "Image":
        yield Step(
            f"Copy {item.name} by deploying its image in {target_region}, as it was deployed in {source_region}.",
            _line("aws", "lambda", "get-function", "--function-name", item.name, "--region", source_region),
        )
        return
    query = f"--function-name {shlex.quote(item.name)} --region {source_region} --query"
    package = shlex.quote(f"{item.target}.zip")
    yield Step(
        f"Download the package of {item.name}.",
        f'curl --silent --show-error --output {package} "$(aws lambda get-function {query} Code.Location '
        '--output text)"',
    )
    dead_letters = Mover(plan).text(str((given.get("DeadLetterConfig") or {}).get("TargetArn") or ""))
    role = str(given.get("Role"))
    if identifier("FunctionRole", Arn.of(role).name) in parts.resources:
        role = target_role_arn(plan, role)
    tags = ",".join(f"{key}={value}" for key, value in plan.file.tags.items())
    settings = _line(
        "aws", "lambda", "create-function", "--function-name", item.target, "--region", target_region,
        "--zip-file", f"fileb://{item.target}.zip", "--runtime", str(given.get("Runtime")), "--handler",
        str(given.get("Handler")), "--role", role, "--memory-size", str(given.get("MemorySize")),
        "--timeout", str(given.get("Timeout")), "--architectures", *given.get("Architectures", ("x86_64",)),
        *(("--dead-letter-config", f"TargetArn={dead_letters}") if dead_letters else ()), "--tags", tags,
    )  # fmt: skip
    variables = (given.get("Environment") or {}).get("Variables") or {}
    environment = (
        f' --environment "$(aws lambda get-function-configuration {query} Environment --output json '
        f'| sed {_edits(plan, variables)})"'
    )
    key = (
        f' --kms-key-arn "$(aws kms describe-key --key-id {plan.alias} --region {target_region} '
        '--query KeyMetadata.Arn --output text)"'
    )
    settings += key if given.get("KMSKeyArn") else ""
    yield Step(
        f"Make {item.target} in {target_region}. The queue of its failed events must exist there; its layers, network "
        "and event sources are yours to add.",
        settings + (environment if variables else ""),
    )
    reserved = (answer.get("Concurrency") or {}).get("ReservedConcurrentExecutions")
    if reserved is not None:
        yield Step(
            f"Reserve concurrency for {item.target}, as at the source.",
            _line(
                "aws", "lambda", "put-function-concurrency", "--function-name", item.target, "--region", target_region,
                "--reserved-concurrent-executions", str(reserved),
            ),
        )  # fmt: skip


def _edits(plan: Plan, variables: Mapping[str, str]) -> str:
    """Return how sed edits an environment: regions anywhere, and names of what is migrated where one is a value."""
    names = {item.name: item.target for item in plan.file.items() if item.name in variables.values()}
    edits = [f"s/{plan.file.source.region}/{plan.file.target.region}/g"]
    edits += [f's#"{_LITERALLY.sub(_ESCAPED, name)}"#"{target}"#g' for name, target in sorted(names.items())]
    return " ".join(f"-e {shlex.quote(edit)}" for edit in edits)


def _line(*words: str) -> str:
    return shlex.join(words)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
