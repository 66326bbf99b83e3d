"""The ARN of the resource that a call is about, from its parameters."""

from collections.abc import Mapping
from typing import Any


def resource_of(action: str, parameters: Mapping[str, Any], region: str, account: str) -> str:
    """Return the ARN that a call's action is authorized on, `*` where the action knows none.

    Of several resources it is the first: the grants are the same for all.
    """
    single = {name: _first(value) for name, value in parameters.items()}
    service = action.partition(":")[0]
    if service == "s3" and "Bucket" in single:
        bucket = f"arn:aws:s3:::{single['Bucket']}"
        return f"{bucket}/{single['Key']}" if "Key" in single else bucket
    if "QueueUrl" in single:
        return f"arn:aws:sqs:{region}:{account}:{single['QueueUrl'].rpartition('/')[2]}"
    for name, kind in _KINDS.items():
        if name in single:
            value = single[name]
            return value if value.startswith("arn:") else f"arn:aws:{service}:{region}:{account}:{kind}{value}"
    return "*"


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value)


_KINDS: Mapping[str, str] = {
    "FunctionName": "function:",
    "KeyId": "key/",
    "PrefixListId": "prefix-list/",
    "TableName": "table/",
    "clusters": "cluster/",
    "services": "service/",
    **dict.fromkeys(
        (
            "PolicyArn", "Resource", "ResourceARN", "ResourceArn", "ResourceName", "RoleArn", "TopicArn", "resourceArn",
            "stateMachineArn",
        ),
        "",
    ),
}  # fmt: skip
"""How the ARN goes on of what a parameter names, where it is not an ARN itself."""
