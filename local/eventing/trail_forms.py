"""How CloudTrail spells the parameters of a call and its answer: as each service's own wire format has them.

Names begin with a small letter. EC2's lists are `items` of a set, and what its newer operations take and answer stands
whole under the operation's name, as the API spells it.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from local.inference.services import model_of

_WRAPPED = {
    "AssociateIamInstanceProfile",
    "CreateFlowLogs",
    "CreateLaunchTemplate",
    "CreateLaunchTemplateVersion",
    "CreateSnapshots",
    "DeleteFlowLogs",
    "DeleteLaunchTemplate",
    "DeleteLaunchTemplateVersions",
    "DisassociateIamInstanceProfile",
    "ModifyInstanceMetadataDefaults",
    "ModifyInstanceMetadataOptions",
    "ModifyLaunchTemplate",
    "ModifyManagedPrefixList",
    "ModifySecurityGroupRules",
    "ModifyVolume",
    "ReplaceIamInstanceProfileAssociation",
}
"""Operations of EC2 whose parameters stand under their name."""

_SETS = {
    "InstanceIds": ("instancesSet", "instanceId"),
    "Resources": ("resourcesSet", "resourceId"),
    "Tags": ("tagSet", ""),
    "TagSpecifications": ("tagSpecificationSet", ""),
    "NetworkInterfaces": ("networkInterfaceSet", ""),
    "BlockDeviceMappings": ("blockDeviceMapping", ""),
    "UserIdGroupPairs": ("groups", ""),
    "SecurityGroupIds": ("groupSet", "groupId"),
}
"""The names of EC2's lists of parameters that are not simply the parameter's own, and of a text in one."""

_SECRET = {"SecretString", "SecretBinary", "Password", "NewPassword", "UserData"}
_LEFT_OUT = {"Body", "ZipFile", "AccountId"}


def parameters_of(operation: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return `requestParameters` of a call with the SDK's parameters."""
    service, _, name = operation.partition(":")
    shape = model_of(service).operation_model(name).input_shape
    if not given or shape is None:
        return None
    if service == "ec2":
        return {f"{name}Request": _wired(given, shape)} if name in _WRAPPED else _ec2_parameters(given)
    if service in ("s3", "s3control"):
        kept = {key: value for key, value in given.items() if key not in ("Bucket", *_LEFT_OUT)}
        rest = {_in_path(shape, key): _plain(value, str) for key, value in kept.items()}
        return {**({"bucketName": given["Bucket"]} if "Bucket" in given else {}), **rest}
    lowered = _plain(given, _lowered)
    if service == "lambda" and "environment" in lowered:
        lowered["environment"] = {}
    return dict(lowered)


def _in_path(shape: Any, name: str) -> str:
    """Spell a parameter of S3: one that stands in the path as the path does, `resourceArn`, any other as the SDK."""
    wired = shape.members[name].serialization if name in shape.members else {}
    return str(wired["name"]) if wired.get("location") == "uri" else name


def elements_of(operation: str, answered: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return `responseElements` of a call, from the SDK's answer; none where the answer is empty."""
    service, _, name = operation.partition(":")
    found = {key: value for key, value in answered.items() if key != "ResponseMetadata"}
    if service == "ec2":
        shape = model_of(service).operation_model(name).output_shape
        wrapped = name in _WRAPPED
        spelled = _items(found, shape, wrapped) if shape is not None and found else {"_return": True}
        return {f"{name}Response": spelled} if wrapped else spelled
    if service in ("s3", "s3control") or not found:
        return None
    lowered = _plain(found, _lowered)
    if service == "lambda" and "environment" in lowered:
        lowered["environment"] = {}
    return dict(lowered)


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def _plain(value: Any, spell: Callable[[str], str]) -> Any:
    """Return a value that JSON can hold, with its names spelled; what is secret or a blob is left out."""
    if isinstance(value, Mapping):
        return {
            spell(key): "HIDDEN_DUE_TO_SECURITY_REASONS" if key in _SECRET else _plain(each, spell)
            for key, each in value.items()
            if key not in _LEFT_OUT and not isinstance(each, bytes)
        }
    if isinstance(value, list | tuple):
        return [_plain(each, spell) for each in value if not isinstance(each, bytes)]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _ec2_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Spell EC2's parameters: a list is the `items` of a set, a text in it has a name."""
    spelled: dict[str, Any] = {}
    for key, value in given.items():
        name, inner = _SETS.get(key, (_lowered(key), _lowered(key.removesuffix("s"))))
        if key == "UserData":
            spelled["userData"] = "<sensitiveDataRemoved>"
        elif isinstance(value, list):
            named = [_ec2_parameters(each) if isinstance(each, Mapping) else {inner: _scalar(each)} for each in value]
            spelled[name] = {"items": named}
        elif isinstance(value, Mapping):
            spelled[_lowered(key)] = _ec2_parameters(value)
        else:
            spelled[_lowered(key)] = _scalar(value)
    return spelled


def _wired(value: Any, shape: Any) -> Any:
    """Spell parameters as EC2's query protocol names them; what stands in a list has its number as `tag`."""
    if shape.type_name == "structure":
        spelled: dict[str, Any] = {}
        for key, each in value.items():
            member = shape.members[key]
            written = member.serialization
            name = str(written.get("queryName") or written.get("name") or key)
            name = name[:1].upper() + name[1:]
            spelled[name] = "<sensitiveDataRemoved>" if key == "UserData" else _wired(each, member)
        return spelled
    if shape.type_name == "list":
        tagged = []
        for number, each in enumerate(value, 1):
            one = _wired(each, shape.member)
            tagged.append({**one, "tag": number} if isinstance(one, dict) else {"tag": number, "content": one})
        return tagged[0] if len(tagged) == 1 else tagged
    return _scalar(value)


def _items(value: Any, shape: Any, wrapped: bool) -> Any:
    """Spell an answer as EC2's XML names it: a list is the `items` of its element, or `item` in a wrapped answer."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        spelled: dict[str, Any] = {}
        for key, each in value.items():
            if key in shape.members:
                member = shape.members[key]
                name = str(member.serialization.get("name") or key)
                spelled["_return" if name == "return" else name] = _items(each, member, wrapped)
        return spelled
    if shape.type_name == "list" and isinstance(value, list):
        each_item = [_items(each, shape.member, wrapped) for each in value]
        if wrapped:
            return {"item": each_item[0] if len(each_item) == 1 else each_item} if value else ""
        return {"items": each_item} if value else {}
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    return _scalar(value)
