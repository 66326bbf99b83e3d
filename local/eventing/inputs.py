"""What a rule hands to a target: the event, a constant, a part of it, or a template filled from it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"<([^<>]+)>")
_TOKEN = re.compile(r'\\.|"|<([^<>]+)>|.', re.DOTALL)


def handed(target: Mapping[str, Any], event: Mapping[str, Any], rule: str) -> str:
    """Return the text that a target gets of an event; `rule` is the rule's ARN."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = _found(str(target["InputPath"]), event)
        return json.dumps(None if found is _MISSING else found, separators=(",", ":"))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event, separators=(",", ":"))
    values = _reserved(event, rule)
    for name, path in (transformer.get("InputPathsMap") or {}).items():
        found = _found(str(path), event)
        if found is not _MISSING:
            values[name] = found
    return _filled(str(transformer["InputTemplate"]), values)


_MISSING = object()


def _found(path: str, event: Mapping[str, Any]) -> Any:
    from jsonpath_ng.ext.parser import parse  # noqa: PLC0415 - moto brings it, and it takes long to import

    matches = [each.value for each in parse(_quoted(path)).find(event)]
    if not matches:
        return _MISSING
    return matches if "*" in path else matches[0]


def _quoted(path: str) -> str:
    """Quote the names with dashes, which the library reads as a subtraction."""
    return re.sub(r"\.([A-Za-z0-9_]*-[A-Za-z0-9_-]*)", r'."\1"', path)


def _reserved(event: Mapping[str, Any], rule: str) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule,
        "aws.events.rule-name": rule.rpartition("/")[2],
        "aws.events.event": {key: value for key, value in event.items() if key != "detail"},
        "aws.events.event.json": dict(event),
        "aws.events.event.ingestion-time": event["time"],
    }


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Put values where their names stand: quoted where the template is JSON, and as a text within quotes.

    A name that stands for nothing is an empty text.
    """
    parts, within = [], False
    for token in _TOKEN.finditer(template):
        text, name = token[0], token[1]
        if text == '"':
            within = not within
        if name is None:
            parts.append(text)
        elif within:
            parts.append(_text(values.get(name, "")))
        else:
            parts.append(json.dumps(values.get(name, ""), separators=(",", ":")))
    filled = "".join(parts)
    try:
        return json.dumps(json.loads(filled), separators=(",", ":"))
    except ValueError:
        return filled


def _text(value: Any) -> str:
    """Return a value as it stands within a text."""
    spelled = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return json.dumps(spelled)[1:-1]
