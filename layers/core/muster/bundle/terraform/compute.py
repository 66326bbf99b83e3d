"""The tables of functions and security groups."""

from collections.abc import Iterable, Mapping
from typing import Any

from muster.bundle.terraform.hcl import Argument, Block
from muster.bundle.terraform.shapes import (
    Ids,
    Inexpressible,
    Piece,
    Rule,
    Table,
    block,
    blocks,
    by,
    merged,
    named,
    only,
    tags,
)
from muster.model.arn import account_of


def _function_id(properties: Mapping[str, Any], _ids: Ids, _item: Any) -> str:
    return str(properties["FunctionName"])


_FUNCTION = {"function_name": by("FunctionName")}
FUNCTION = Table(
    "aws_lambda_function",
    {
        "FunctionName": named("function_name"),
        "Description": named("description"),
        "Role": named("role"),
        "PackageType": named("package_type"),
        "Code": merged({"ImageUri": named("image_uri")}),
        "Handler": named("handler"),
        "Runtime": named("runtime"),
        "Architectures": named("architectures"),
        "MemorySize": named("memory_size"),
        "Timeout": named("timeout"),
        "ReservedConcurrentExecutions": named("reserved_concurrent_executions"),
        "KmsKeyArn": named("kms_key_arn"),
        "Layers": named("layers"),
        "CodeSigningConfigArn": named("code_signing_config_arn"),
        "DeadLetterConfig": block("dead_letter_config", {"TargetArn": named("target_arn")}),
        "EphemeralStorage": block("ephemeral_storage", {"Size": named("size")}),
        "FileSystemConfigs": blocks(
            "file_system_config", {"Arn": named("arn"), "LocalMountPath": named("local_mount_path")}
        ),
        "ImageConfig": block(
            "image_config",
            {
                "Command": named("command"),
                "EntryPoint": named("entry_point"),
                "WorkingDirectory": named("working_directory"),
            },
        ),
        "LoggingConfig": block(
            "logging_config",
            {
                "LogFormat": named("log_format"),
                "LogGroup": named("log_group"),
                "ApplicationLogLevel": named("application_log_level"),
                "SystemLogLevel": named("system_log_level"),
            },
        ),
        "SnapStart": only({"ApplyOn": "None"}),
        "TracingConfig": block("tracing_config", {"Mode": named("mode")}),
        "VpcConfig": block(
            "vpc_config",
            {
                "SubnetIds": named("subnet_ids"),
                "SecurityGroupIds": named("security_group_ids"),
                "Ipv6AllowedForDualStack": named("ipv6_allowed_for_dual_stack"),
            },
        ),
        "RuntimeManagementConfig": only({"UpdateRuntimeOn": "Auto"}),
        "Tags": tags(),
    },
    by("FunctionName"),
    (
        Piece(
            "aws_lambda_function_recursion_config", "RecursiveLoop", _FUNCTION, named("recursive_loop"),
            id=_function_id, unless=("Terminate",),
        ),
    ),
    ignore=("image_uri", "publish"),
)  # fmt: skip
"""The image is read as it was given, by a tag perhaps, and written by its digest: Terraform leaves it alone. `publish`
is of Terraform alone, and an import does not set it."""

_OPEN = -1
_PLACES = {
    "CidrIp": "cidr_blocks", "CidrIpv6": "ipv6_cidr_blocks",
    "SourcePrefixListId": "prefix_list_ids", "DestinationPrefixListId": "prefix_list_ids",
    "SourceSecurityGroupId": "security_groups", "DestinationSecurityGroupId": "security_groups",
}  # fmt: skip
_KNOWN = {*_PLACES, "IpProtocol", "FromPort", "ToPort", "Description", "SourceSecurityGroupOwnerId", "Own", "Account"}


def _rules(name: str) -> Rule:
    """Make a block of the rules that share protocol, ports and description, as the provider reads them.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_security_group.go
    """

    def make(rules: Iterable[Mapping[str, Any]]) -> Iterable[Block]:
        grouped: dict[tuple[Any, ...], dict[str, Any]] = {}
        for each in rules:
            if unfit := sorted(each.keys() - _KNOWN):
                raise Inexpressible(unfit[0])
            # The provider writes the ports of a rule for all protocols as 0.
            everything = str(each["IpProtocol"]) == str(_OPEN)
            ports = (0, 0) if everything else (each.get("FromPort", _OPEN), each.get("ToPort", _OPEN))
            key = (*ports, str(each["IpProtocol"]), each.get("Description"))
            _add(grouped.setdefault(key, {}), each)
        for (first, last, protocol, description), places in grouped.items():
            text = (Argument("description", description),) if description else ()
            span = (Argument("from_port", first), Argument("to_port", last), Argument("protocol", protocol))
            yield Block(name, (*text, *span, *(Argument(place, value) for place, value in places.items())))

    return make


def _add(places: dict[str, Any], rule: Mapping[str, Any]) -> None:
    for name, place in _PLACES.items():
        if name not in rule:
            continue
        value, owner = str(rule[name]), rule.get("SourceSecurityGroupOwnerId")
        if place == "security_groups" and value == rule["Own"]:
            places["self"] = True
        elif place == "security_groups" and owner and owner != rule["Account"]:
            places.setdefault(place, []).append(f"{owner}/{value}")
        else:
            places.setdefault(place, []).append(value)


def _with_own_id(properties: Mapping[str, Any], ids: Ids) -> Mapping[str, Any]:
    """Let each rule know the group's own id: Terraform writes a rule for the group itself as `self`."""
    own = ids.identifier.get("Id") or ids.identifier.get("GroupId", "")
    rules = {
        name: [{**each, "Own": own, "Account": account_of(ids.arn)} for each in properties[name]]
        for name in ("SecurityGroupIngress", "SecurityGroupEgress")
        if name in properties
    }
    return {**properties, **rules}


def _group_id(_properties: Mapping[str, Any], ids: Ids) -> str:
    return ids.identifier.get("Id") or ids.identifier["GroupId"]


SECURITY_GROUP = Table(
    "aws_security_group",
    {
        "GroupName": named("name"),
        "GroupDescription": named("description"),
        "VpcId": named("vpc_id"),
        "SecurityGroupIngress": _rules("ingress"),
        "SecurityGroupEgress": _rules("egress"),
        "Tags": tags(),
    },
    _group_id,
    before=_with_own_id,
)
