"""The AWS CLI's own reading of a command: services, operations, options and shorthand, without a call of AWS."""

import argparse
import functools
import itertools
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from awscli.clidriver import ServiceOperation, create_clidriver
from awscli.customizations.cloudfront import UpdateDefaultRootObject
from botocore.handlers import generate_idempotent_uuid
from botocore.validate import ParamValidator

GLOBAL_OPTIONS = ("--region", "--query", "--output")
SEPARATORS = frozenset({"|", "||", "&&", ";", "(", ")"})


class Recorder:
    """It stands where the CLI calls AWS, and keeps what would be sent."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def invoke(self, _service: str, _operation: str, parameters: dict[str, Any], _globals: object) -> int:
        self.parameters = parameters
        return 0


class _Distributions:
    """It stands where the CLI reads the distribution that a command changes one setting of."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    def create_client(self, _service: str, **_options: object) -> "_Distributions":
        return self

    def get_distribution_config(self, **_parameters: str) -> dict[str, Any]:
        origins = {"Quantity": 1, "Items": [{"Id": "site", "DomainName": "site.example.com"}]}
        return {"ETag": "E1", "DistributionConfig": {**self._config, "Origins": origins}}


@functools.cache
def services(_driver: str = "") -> Mapping[str, Any]:
    """Return the commands of a CLI of its own for each name of a driver."""
    return create_clidriver()._get_command_table()


@functools.cache
def operations(service: str, operation: str) -> Mapping[str, Any]:
    # EC2's attributes leave hooks behind in the CLI that no other operation of EC2 passes.
    own = operation if service == "ec2" and operation.endswith("-attribute") else ""
    return services(own)[service]._get_command_table()


def faults(command: str) -> list[str]:
    """Return what the CLI would not understand of a command; a part that comes from a file or a variable is not read.

    Of a pipeline each call of the CLI is looked at.
    """
    calls = [words for words in _simple_commands(command) if words[0] == "aws"]
    return [fault for words in calls for fault in _faults(words)] if calls else ["it is no call of the CLI"]


def _simple_commands(script: str) -> Iterator[list[str]]:
    """Yield the words of each command between the pipes, lists and brackets of a shell script."""
    tokens = shlex.shlex(script.replace("2>&1", ""), posix=True, punctuation_chars=True)
    tokens.whitespace_split = True
    for separator, words in itertools.groupby(tokens, lambda each: each in SEPARATORS):
        if not separator:
            yield _own_words([*words])


def _faults(words: list[str]) -> list[str]:
    if words[1] not in services():
        return [f"there is no service {words[1:2]}"]
    if words[2] not in operations(words[1], words[2]):
        return [f"{words[1]} has no operation {words[2]}"]
    operation = operations(words[1], words[2])[words[2]]
    options = [word[2:] for word in words[3:] if word.startswith("--")]
    if unknown := [name for name in options if name not in operation.arg_table]:
        return [f"{words[1]} {words[2]} has no option {name}" for name in unknown]
    if any(word.startswith(("file://", "$")) for word in words) or not isinstance(operation, ServiceOperation):
        # Of a command that the CLI makes of several calls, such as `emr create-cluster`, the options are compared.
        return []
    recorder = Recorder()
    operation._operation_caller = recorder
    for argument in operation.arg_table.values():
        if isinstance(argument, UpdateDefaultRootObject):
            argument.context.update(
                session=_Distributions(argument.distribution_config_template()),
                parsed_args=argparse.Namespace(region=None, endpoint_url=None, verify_ssl=None),
            )
    try:
        operation(
            words[3:], argparse.Namespace(command=words[1], query=None, output=None, paginate=False, endpoint_url=None)
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the CLI raises is the fault
        return [f"{type(error).__name__}: {error}"]
    return [*_wrong_parameters(recorder.parameters, operation._operation_model)]


def _wrong_parameters(parameters: dict[str, Any], operation: Any) -> Iterator[str]:
    """Yield what AWS would refuse of the parameters; botocore itself fills in tokens that a command leaves out."""
    if operation.input_shape is None:
        # The operation takes no parameters, and the CLI has no options for it.
        return
    generate_idempotent_uuid(parameters, operation)
    report = ParamValidator().validate(parameters, operation.input_shape)
    if report.has_errors():
        yield report.generate_report()
    else:
        yield from _wrong_values(parameters, operation.input_shape)


def _own_words(words: list[str]) -> list[str]:
    """Leave out what is the shell's or the same for all operations."""
    end = min((words.index(each) for each in (">", "|") if each in words), default=len(words))
    words = words[:end]
    found, skip = [], False
    for word in words:
        if not skip and word not in GLOBAL_OPTIONS:
            found.append(word)
        skip = word in GLOBAL_OPTIONS
    return found


def _wrong_values(value: Any, shape: Any) -> Iterator[str]:
    """Yield values that an enumeration does not have; a word in capitals is for the reader."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            yield from _wrong_values(inner, shape.members[name])
    elif shape.type_name == "list":
        for inner in value:
            yield from _wrong_values(inner, shape.member)
    elif shape.type_name == "map":
        for key in value:
            yield from _wrong_values(key, shape.key)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum and value not in ("TYPE", "SUCCESSOR"):
        yield f"{value!r} is none of {shape.enum}"
