"""The fix of a failure with the resource's own names in it, ready to be pasted into a shell. Pure.

The commands of a fix stand between backticks. `NAME`, `ID`, `ARN`, `ACCOUNT`, `PARTITION`, `REGION`, `CLUSTER` and
`URL` in them are replaced by those of the resource, and others by the values of the verdict; every other word in
capitals is for the reader to fill in.
"""

import functools
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from muster.model.finding import GLOBAL, Finding, Status
from muster.reports.nouns import short_name

LOOP = 12
"""Resources that one loop covers at most."""
_PLACEHOLDERS = re.compile(r"(?<![A-Za-z0-9_])(?<![A-Z]-)([A-Z]+(?:-[A-Z]+)*)(?![A-Za-z0-9_-])")
_CALLS = re.compile(r"\baws [a-z0-9-]+ [a-z0-9-]+")
_SAFE = re.compile(r"[A-Za-z0-9_.:/@=+-]+")
_DNS: Mapping[str, str] = MappingProxyType(
    {
        "aws-cn": "amazonaws.com.cn",
        "aws-iso": "c2s.ic.gov",
        "aws-iso-b": "sc2s.sgov.gov",
        "aws-iso-e": "cloud.adc-e.uk",
        "aws-iso-f": "csp.hci.ic.gov",
        "aws-eusc": "amazonaws.eu",
    }
)
"""The domains of endpoints by partition, where it is not amazonaws.com; as botocore's partitions.json has them."""


@dataclass(frozen=True, slots=True)
class Target:
    """The resource to repair; `arn` is empty where AWS gives none. `more` are values of other words in capitals."""

    type: str
    id: str
    arn: str
    account_id: str
    region: str
    partition: str = "aws"
    more: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a fix: a command, or a sentence."""

    text: str
    command: bool


def filled(fix: str, target: Target) -> tuple[Step, ...]:
    """Return the steps of a fix with the resource's own names, quoted for a POSIX shell.

    A name that the AWS CLI or a shell could take for something else stays a word in capitals.
    """
    values = _values(target)
    return tuple(Step(_filled(step.text, values) if step.command else step.text, step.command) for step in steps(fix))


def target_of(finding: Finding) -> Target:
    """Return the resource of a finding, with the values that its verdict has for the fix."""
    one = finding.resource
    more = dict(finding.values or ())
    return Target(one.type, one.id, one.arn or "", one.account_id, one.region, one.partition, more)


def fix_steps(finding: Finding) -> tuple[Step, ...]:
    """Return the steps of a failing finding's fix with the resource's own names; none where nothing fails."""
    if finding.status is not Status.NON_COMPLIANT:
        return ()
    return steps(finding.remediation) if finding.values is None else filled(finding.remediation, target_of(finding))


def fix_text(finding: Finding) -> str:
    """Return the fix of a failing finding as one text, commands between backticks; empty where nothing fails.

    A name with a backtick in it stays a word in capitals.
    """
    if finding.status is not Status.NON_COMPLIANT:
        return ""
    if finding.values is None:
        return finding.remediation
    values = {key: "" if "`" in value else value for key, value in _values(target_of(finding)).items()}
    pieces = finding.remediation.split("`")
    pieces[1::2] = [_filled(command, values) for command in pieces[1::2]]
    return "`".join(pieces)


def folded(fix: str, targets: Sequence[Target], most: int = LOOP) -> tuple[tuple[Step, ...], int]:
    """Return the steps of a fix for many resources, and how many of them the commands are for: at most `most`.

    Where the commands differ in one name only, each becomes a loop over the names. It covers resources of the first
    one's account, since a shell has the credentials of one account. Otherwise they are for the first resource.

    Raises:
        ValueError: there is no resource.
    """
    if not targets:
        raise ValueError("a fix is for at least one resource")
    parts = steps(fix)
    commands = [_regional(step.text, _values(targets[0])["REGION"]) for step in parts if step.command]
    used = {name for command in commands for name in _PLACEHOLDERS.findall(command)}
    together = [(name, _alike(name, used, targets, most)) for name in sorted(used) if _loopable(name, commands)]
    name, values = max(together, key=lambda each: len(each[1]), default=("", []))
    if len(values) < 2:  # noqa: PLR2004 - a loop over one
        return filled(fix, targets[0]), 1 if commands else len(targets)
    words = " ".join(shlex.quote(each[name]) for each in values)
    rest = {key: value for key, value in values[0].items() if key != name}
    made = (
        Step(f"for {name.lower()} in {words}; do {_filled(step.text, rest, name)}; done", command=True)
        if step.command
        else step
        for step in parts
    )
    return tuple(made), len(values)


def steps(fix: str) -> tuple[Step, ...]:
    """Split a fix as it is written; one without backticks that is a command as a whole is one step."""
    if "`" not in fix:
        return (Step(fix, fix.startswith("aws ")),) if fix else ()
    pieces = [(each.strip(), place % 2 == 1) for place, each in enumerate(fix.split("`"))]
    return tuple(
        Step(text if command else text.lstrip(".,;: "), command) for text, command in pieces if text.strip(".,;: ")
    )


def _values(target: Target) -> dict[str, str]:
    values = {
        **target.more,
        "NAME": short_name(target.type, target.id),
        "ID": target.id,
        "ARN": target.arn,
        "ACCOUNT": target.account_id,
        "PARTITION": target.partition,
        "REGION": "" if target.region == GLOBAL else target.region,
    }
    if target.type == "AWS::ECS::Service":
        # The ARN of a service from before 2018 does not name the cluster.
        *before, values["NAME"] = target.arn.rpartition(":")[2].removeprefix("service/").split("/")
        values["CLUSTER"] = before[-1] if before else ""
    if target.type == "AWS::SQS::Queue":
        domain, path = _DNS.get(target.partition, "amazonaws.com"), f"{target.account_id}/{values['NAME']}"
        # The URL that SQS itself named: it may be of an older form or of an endpoint in a VPC.
        named = target.id if target.id.endswith(f"/{path}") and _SAFE.fullmatch(target.id) else ""
        values["URL"] = named or f"https://sqs.{target.region}.{domain}/{path}"
    return values


@functools.lru_cache(maxsize=4096)
def _regional(command: str, region: str) -> str:
    """Add the region to each call of the AWS CLI, unless the command names one or the resource has none."""
    if "--region" in command or not region:
        return command
    return _CALLS.sub(r"\g<0> --region REGION", command)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A placeholder of a command: the quotation mark it stands in, if any, and whether it is a word by itself."""

    name: str
    quote: str
    alone: bool


@functools.lru_cache(maxsize=4096)
def _pieces(command: str) -> tuple[str | _Slot, ...]:
    """Return a command as text and placeholders in turn: a fix is filled for many resources."""
    found: list[str | _Slot] = []
    end = 0
    for match in _PLACEHOLDERS.finditer(command):
        before = command[: match.start()]
        quote = _quote(before)
        found += [command[end : match.start()], _Slot(match[1], quote, before.endswith(" ") and not quote)]
        end = match.end()
    return (*found, command[end:])


def _filled(command: str, values: Mapping[str, str], loop: str = "") -> str:
    def value(slot: _Slot) -> str:
        if slot.name == loop:
            return f"${{{loop.lower()}}}" if slot.quote else f'"${loop.lower()}"'
        given = values.get(slot.name, "")
        if _SAFE.fullmatch(given):
            return slot.name if given.startswith("-") or (slot.name != "URL" and _address(given)) else given
        return shlex.quote(given) if _fit(slot, given) else slot.name

    pieces = _pieces(_regional(command, values.get("REGION", "")))
    return "".join(piece if isinstance(piece, str) else value(piece) for piece in pieces)


def _address(value: str) -> bool:
    return "://" in value or "www." in value.lower()


def _fit(slot: _Slot, value: str) -> bool:
    """Whether a value that must be quoted can mean nothing else.

    The CLI reads options, files, addresses and its shorthand out of values.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
    """
    if not value or not value.isprintable() or value.startswith("-") or value != value.strip():
        return False
    return slot.alone and not (slot.name != "URL" and _address(value))


def _quote(before: str) -> str:
    """Return the quotation mark that is open at the end of a piece of shell, if any."""
    open_ = ""
    for character in before:
        if character in "'\"" and open_ in ("", character):
            open_ = "" if open_ else character
    return open_


def _loopable(name: str, commands: Iterable[str]) -> bool:
    """Whether a shell replaces a variable in all places of a name, and every command has one."""
    places = [[match for match in _PLACEHOLDERS.finditer(each) if match[1] == name] for each in commands]
    return all(found and all(_quote(m.string[: m.start()]) != "'" for m in found) for found in places)


def _alike(name: str, used: set[str], targets: Sequence[Target], most: int) -> list[dict[str, str]]:
    """Return the values of the targets that differ from the first in one name only, each of which can be filled in."""
    rest = sorted((used | {"ACCOUNT"}) - {name})
    first = [_values(targets[0]).get(each, "") for each in rest]
    found: dict[str, dict[str, str]] = {}
    for target in targets:
        values = _values(target)
        value = values.get(name, "")
        plain = _SAFE.fullmatch(value) and not value.startswith("-") and (name == "URL" or "://" not in value)
        if plain and [values.get(each, "") for each in rest] == first:
            found.setdefault(value, values)
            if len(found) == most:
                break
    return list(found.values())
