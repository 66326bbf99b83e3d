"""AWS::NoValue in a list: CloudFormation leaves the item out, where moto has an item that is nothing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

from typing import Any

from moto.cloudformation import parsing

_NO_VALUE = {"Ref": "AWS::NoValue"}


def install() -> None:
    """Change how moto resolves the lists of a template; call it once in a process."""
    resolve = parsing.clean_json

    def resolved(value: Any, known: Any) -> Any:
        found = resolve(value, known)
        if not isinstance(value, list):
            return found
        pairs = zip(value, found, strict=True)
        return [each for given, each in pairs if each is not None or not _may_be_left_out(given)]

    parsing.clean_json = resolved


def _may_be_left_out(value: object) -> bool:
    return isinstance(value, dict) and (value == _NO_VALUE or "Fn::If" in value)
