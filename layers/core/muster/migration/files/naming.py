"""The names of targets: naming rules, and what AWS allows as a name. Pure."""

import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from muster.model.suggest import unknown
from muster.model.text import counted, quoted

PLACEHOLDERS = ("name", "suffix", "batch", "source_region", "target_region")
_DEFAULT_RULE = "{name}-{suffix}"
_LONGEST_BUCKET = 63
_LONGEST_OLD_BUCKET = 255
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How AWS names a kind of resource: its noun, the shortest and longest name, and the characters."""

    noun: str
    shortest: int
    longest: int
    pattern: re.Pattern[str]
    characters: str


KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "buckets": _Kind("bucket", 3, _LONGEST_BUCKET, re.compile(r"[a-z0-9.-]*"), "small letters, digits, . and -"),
        "tables": _Kind("table", 3, 255, re.compile(r"[A-Za-z0-9_.-]*"), "letters, digits, _, . and -"),
        "functions": _Kind("function", 1, 64, re.compile(r"[A-Za-z0-9_-]*"), "letters, digits, _ and -"),
        "log_groups": _Kind("log group", 1, 512, re.compile(r"[A-Za-z0-9_./#-]*"), "letters, digits, _, -, /, . and #"),
    }
)
"""The keys of a migration file that list resources, with the rules of their names.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""


@dataclass(frozen=True, slots=True)
class Naming:
    """The naming rules of a file, by kind, and the values of their placeholders."""

    rules: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def target(self, kind: str, name: str) -> str:
        """Return the name of the target of something of a kind."""
        return self.rules.get(kind, _DEFAULT_RULE).format_map({**self.values, "name": name})


def rule_mistake(rule: str) -> str:
    """Return what is wrong with a naming rule; empty where nothing is."""
    try:
        found = [(name, bool(spec or conversion)) for _, name, spec, conversion in string.Formatter().parse(rule)
                 if name is not None]  # fmt: skip
    except ValueError as error:
        return f"{quoted(rule)} is not a naming rule: {error}"
    for name, formatted in found:
        if name not in PLACEHOLDERS:
            return unknown(name, "a placeholder", PLACEHOLDERS)
        if formatted:
            return f"{{{name}}} takes no format; write the placeholder alone"
    if "name" not in dict(found):
        return "a naming rule needs {name}; without it all targets would have one name"
    return ""


def target_mistakes(kind: str, name: str) -> Iterator[str]:
    """Yield what is wrong with the name of a target, by the rules of AWS for new resources."""
    rules = KINDS[kind]
    if not rules.pattern.fullmatch(name):
        yield f"{quoted(name)} cannot name a {rules.noun}: only {rules.characters} are allowed"
    elif not rules.shortest <= len(name) <= rules.longest:
        length = counted(len(name), "character")
        yield f"{quoted(name)} has {length}; the name of a {rules.noun} has {rules.shortest} to {rules.longest}"
    elif wrong := _MORE.get(kind, _right)(name):
        yield f"{quoted(name)} cannot name a {rules.noun}: {wrong}"


def source_mistakes(kind: str, name: str) -> Iterator[str]:
    """Yield what is wrong with the name of a source; old buckets have capitals, _ and up to 255 characters."""
    if kind == "buckets":
        if not re.fullmatch(r"[A-Za-z0-9._-]*", name) or not KINDS[kind].shortest <= len(name) <= _LONGEST_OLD_BUCKET:
            yield f"{quoted(name)} is not the name of a bucket"
    else:
        yield from target_mistakes(kind, name)


def _right(_name: str) -> str:
    return ""


def _wrong_bucket(name: str) -> str:
    if not (name[0].isalnum() and name[-1].isalnum()):
        return "it begins and ends with a letter or digit"
    if ".." in name:
        return "two dots may not stand side by side"
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name):
        return "it looks like an IP address"
    start = next((each for each in _RESERVED_STARTS if name.startswith(each)), "")
    end = next((each for each in _RESERVED_ENDS if name.endswith(each)), "")
    return f"{start or end} is reserved" if start or end else ""


def _wrong_log_group(name: str) -> str:
    return "aws/ at the beginning is reserved" if name.startswith("aws/") else ""


_MORE: Mapping[str, Callable[[str], str]] = MappingProxyType({"buckets": _wrong_bucket, "log_groups": _wrong_log_group})
