"""Deploys the real template to the embedded AWS: the SAM transform, then CloudFormation."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local import resources
from local.server import ACCOUNT, EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack: its outputs, the transformed template, and which folder each function runs from."""

    name: str
    region: str
    outputs: Mapping[str, str]
    template: Mapping[str, Any]
    functions: Mapping[str, Path]
    parameters: Mapping[str, str]


def deploy(
    aws: EmbeddedAws,
    parameters: Mapping[str, str] | None = None,
    *,
    region: str = "eu-west-1",
    template: Path = TEMPLATE,
) -> Stack:
    """Deploy the template and return the stack.

    Raises:
        RuntimeError: a resource could not be made; nothing is skipped in silence.
    """
    resources.install()
    source = yaml_parse(template.read_text(encoding="utf-8"))
    # moto splits lists in what is passed, and not in defaults: so everything is passed.
    defaults = {key: str(parameter.get("Default", "")) for key, parameter in source["Parameters"].items()}
    chosen = {**defaults, **(parameters or {})}
    name = f"muster-{chosen['EnvironmentSuffix']}"
    packages = f"packages-{region}"
    _make_packages(aws, packages, region)
    folders = _localize(source, template.parent, packages)
    transformed = transformed_template(source, chosen, region)
    cloudformation = aws.client("cloudformation", region)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Tried to parse")
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(transformed),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in chosen.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    _require_all(cloudformation, name, transformed)
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    names = physical_ids(cloudformation, name)
    functions = {names[logical]: folder for logical, folder in folders.items()}
    return Stack(name, region, outputs, transformed, functions, chosen)


def delete(aws: EmbeddedAws, stack: Stack) -> list[str]:
    """Delete the stack, and return what is left of the resources that carry its suffix."""
    aws.client("cloudformation", stack.region).delete_stack(StackName=stack.name)
    suffix = stack.parameters["EnvironmentSuffix"]
    s3, iam = aws.client("s3", stack.region), aws.client("iam")
    left = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if f"-{suffix}-" in bucket["Name"]]
    left += [role["RoleName"] for role in iam.list_roles()["Roles"] if role["RoleName"].endswith(f"-{suffix}")]
    machines = aws.client("stepfunctions", stack.region).list_state_machines()["stateMachines"]
    return left + [machine["name"] for machine in machines if machine["name"].endswith(f"-{suffix}")]


def physical_ids(cloudformation: Any, name: str) -> dict[str, str]:
    """Return the physical ids of a stack's resources by logical id; moto lists a nameless row for a false condition."""
    listed = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return {row["LogicalResourceId"]: row.get("PhysicalResourceId", "") for row in listed if "LogicalResourceId" in row}


def transformed_template(source: dict[str, Any], parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    """Return what SAM makes of a template whose code and definition are no local paths any more."""
    values = {**parameters, "AWS::Region": region, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}
    loader = ManagedPolicyLoader(_NoManagedPolicies())
    return dict(transform(source, values, loader))


class _NoManagedPolicies:
    """No role of the template uses a policy of AWS's own, so none needs to be looked up."""

    def get_paginator(self, _operation: str) -> Any:
        """Refuse: asking for one would be a finding."""
        raise AssertionError("the template uses a managed policy of AWS")


def _localize(source: dict[str, Any], folder: Path, packages: str) -> dict[str, Path]:
    """Put objects where local paths stand, and return the folders of the functions by logical id."""
    folders = {}
    for logical, resource in source["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            folders[logical] = folder / properties["CodeUri"]
            properties["CodeUri"] = {"Bucket": packages, "Key": "code.zip"}
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = {"Bucket": packages, "Key": "code.zip"}
        elif resource["Type"] == "AWS::Serverless::StateMachine":
            text = (folder / properties.pop("DefinitionUri")).read_text(encoding="utf-8")
            properties["Definition"] = yaml.safe_load(text)
    return folders


def _make_packages(aws: EmbeddedAws, name: str, region: str) -> None:
    """Put an empty package where the functions' code is said to be; they run from the working tree."""
    s3 = aws.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, **where)
    s3.put_object(Bucket=name, Key="code.zip", Body=b"PK\x05\x06" + bytes(18))


def _require_all(cloudformation: Any, name: str, transformed: Mapping[str, Any]) -> None:
    """Refuse a stack in which a resource without a condition was left out in silence."""
    made = physical_ids(cloudformation, name)
    wanted = {logical for logical, resource in transformed["Resources"].items() if "Condition" not in resource}
    if missing := sorted(wanted - made.keys()):
        raise RuntimeError(f"the embedded AWS did not make {', '.join(missing)}")
