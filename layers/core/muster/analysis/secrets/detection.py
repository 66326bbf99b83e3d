"""Whether a setting holds a secret, told from its name and its value. Pure.

A reason never holds any part of the value: reasons go into reports, logs and mails.
docs/decisions/0020 says why no library does this.
"""

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator

from muster.analysis.secrets.formats import token_format
from muster.analysis.secrets.names import Kind, about_identity, kind

_BY_NAME = "the name suggests a secret, and the value is not a reference to one"
_BY_RANDOMNESS = "the value looks as random as a key"

_DEEPEST = 6

_URL = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}:(?:[A-Za-z]+:)?//(?P<user>[^\s/:@?#]*):(?P<value>[^\s/@?#]+)@"
)
_HOST = re.compile(r"(?:^|[\s,;\"'])[\w.+-]+:(?P<value>[^\s:@/]{3,})@(?:[\w.-]+:\d{2,5}(?:/|$)|(?:tcp|udp|unix)\()")
_ORACLE = re.compile(r"jdbc:oracle:\w{1,40}:[^\s/@]{1,256}/(?P<value>[^\s@]+)@")
_CONNECTION = re.compile(
    r"(?:^|[;?&\s])(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*(?P<value>[^;&\s\"'\\([.*^?:][^;&\s\"']*)",
    re.IGNORECASE,
)
_ADDRESSES = (
    ("a URL with a password", _URL),
    ("an address with a password", _HOST),
    ("a URL with a password", _ORACLE),
    ("a connection string with a password", _CONNECTION),
)
_PAIR = re.compile(
    r"(?<![\w.-])-{0,2}(?P<name>[A-Za-z][\w.-]{1,80}+)(?:[ \t]*=[ \t]*|:[ \t]+)"
    r"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s;&,\"']+))"
)
_OPTION = re.compile(r"(?<!\S)--(?P<name>[A-Za-z][\w-]{1,80})[ \t]+(?P<bare>[^\s-]\S*)")

_WRAPPED = re.compile(
    r"\$\{|\$\(|\{\{|\[\[|<|#\{|%\{|%\(|\$[A-Z_][A-Z0-9_]*\Z|\$[a-z]+(?:_[a-z0-9]+)*\Z|%\w+%\Z|\{[\w.:-]*\}\Z|@\w+@\Z|"
    r"__\w+__\Z|%[sdvr]\Z|!(?:Ref|Sub|GetAtt|ImportValue)\b|@Microsoft\.KeyVault\(",
)
_ELSEWHERE = re.compile(
    r"arn:|[A-Za-z][A-Za-z0-9+.-]*://|(?:(?:aws:)?(?:ssm|secretsmanager)|file|vault|env|sops|parameterstore|awssm|op|ref\+\w+):|"
    r"projects/|[A-Za-z]:\\|[\w.-]+\.(?:json|ya?ml|txt|pem|key|crt|cer|p12|pfx|jks|env|ini|conf|properties|kdbx|gpg)\Z",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:\.{1,2}|~)?(?:/[\w.@{}$:*<>~ -]+)+/?\Z")
_PARAMETER = re.compile(
    r"(?:[a-z][a-z0-9_.-]*|[A-Z][A-Za-z]*|[A-Z][A-Z0-9_]*)(?:/(?:[a-z][a-z0-9_.-]*|[A-Z][A-Za-z]*))+\Z"
)
_ENCRYPTED = re.compile(
    r"AQIC[A-Za-z0-9+/]|ENC[\[(]|encrypted:|\$ANSIBLE_VAULT|vault:v\d+:|-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)|"
    r"\$(?:2[abxy]?|[156y]|argon2\w*|scrypt|pbkdf2[\w-]*|apr1)\$|\{S?(?:SHA|MD5)\d*\}|pbkdf2_sha\d+\$"
)
_PUBLIC = re.compile(
    r"pk_(?:live|test)_|ssh-(?:rsa|dss|ed25519) |ecdsa-sha2-|sk-ssh-|-----BEGIN (?:[A-Z0-9]+ )*(?:PUBLIC KEY|"
    r"CERTIFICATE)|[\w.-]+\.apps\.googleusercontent\.com\Z|alias/|arn:\S+\Z|key/[0-9a-f-]{36}\Z|mrk-[0-9a-f]{32}\Z"
)
_NOTHING = re.compile(
    r"(?:true|false|yes|no|y|n|t|f|none|null|nil|nan|undefined|unset|empty|default|enabled?|disabled?|on|off|required|"
    r"optional|auto|inherit|prompt|redacted|masked|hidden|removed|unused|notused|n/a|tbd|todo|fixme|[x*.\-_#0•?]+|"
    r"not(?:[-_ ]?(?:set|used|needed|required|applicable)|(?:[-_ ][a-z]+)+)|(?:see|from|stored|managed|injected)"
    r"(?:[-_ ][a-z]+)+|(?:example|dummy|placeholder|sample|fake)\d*(?:[-_ ]?[a-z]+)?(?:[-_ ][a-z]+)*|"
    r"(?:changed?|replaced?|fill|insert|enter|put|add|set|use)[-_ ]?(?:me|it|this|your|the|here|in|with|a|real|at)\w*"
    r"(?:[-_ ][a-z]+)*!*|(?:my|your)[-_ ][a-z]+(?:[-_ ][a-z]+)*)\Z",
    re.IGNORECASE,
)
_OWN_NAME = re.compile(r"(?:[A-Z][A-Z0-9]*_)*(?:PASSWORD|PASS|PASSWD|PWD|SECRET|TOKEN|KEY)(?:_HERE)?\Z")
_AMOUNT = re.compile(
    r"[+-]?\d{1,3}\Z|[+-]?\d+[.,]\d+\Z|\d+\s?(?:ms|s|sec|m|min|h|d|w|y|k|kb|mb|gb|[kmg]ib|%|(?:second|minute|hour|day|week|"
    r"month|year)s?)\Z|P(?=\w)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?\Z|(?:rate|cron)\(|\d{4}-\d{2}-\d{2}(?:[T ]"
    r"[\d:.Z+-]*)?\Z|\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/\d+)?\Z",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"[a-z]+(?:[-_./](?:[a-z]+\d?|\d{1,3}|v\d\d))*\Z|[A-Z]+(?:_[A-Z]+)*\Z|[A-Z][a-z]+\Z|[\d.,:]+\Z|[\w.-]+@[\w-]+\.[\w.-]+\Z"
)
_RUN_OF_LETTERS = re.compile(r"[a-z]{16,}|[A-Z]{16,}|[0-9a-f]{16,}")
"""Too long for a word, and without what keeps words apart."""
_SHORTEST = {Kind.PASSWORD: 1, Kind.SIGNING: 6, Kind.TOKEN: 8, Kind.MAYBE: 6}

_RUN = re.compile(r"[A-Za-z0-9+/=_]{20,}")
_LOGICAL_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*?[0-9A-F]{8}\Z")
_ENTROPY, _CHANGES = 3.7, 0.45


def secret_like(name: str, value: str) -> str | None:
    """Return why a setting looks like a secret, without its value; None where it does not.

    A known format decides under any name; then a password inside an address, a JSON document, an option or a pair
    (`password=...`); then the name, while the value is a literal: no reference (an ARN, a path, a URL, a placeholder),
    no amount and nothing encrypted or public; then how random the value is. Hexadecimal values are not taken for
    random: commits and digests are far more common among settings.
    """
    return _found(name, value.strip(), 0)


def secrets_in_lines(text: str) -> tuple[tuple[int, str], ...]:
    """Return the number of each line of a script that looks like a secret, from 1, and why, without the line.

    A known format counts, a password inside an address, and an assignment or option whose name promises a secret. That
    a word looks random does not count here: scripts are full of digests, public keys and certificates.
    """
    found = ((number, _in_line(line.strip())) for number, line in enumerate(text.splitlines(), start=1))
    return tuple((number, reason) for number, reason in found if reason)


def _in_line(line: str) -> str | None:
    if what := token_format(line) or _address(line):
        return f"it looks like {what}"
    return "it sets a secret" if _pairs(line) else None


def _found(name: str, text: str, depth: int) -> str | None:
    if not text or depth > _DEEPEST:
        return None
    if what := token_format(text) or _address(text):
        return f"the value looks like {what}"
    if text[0] in "{[" and (document := _document(text)) is not None:
        inner = (_found(key, value, depth + 1) for key, value in _leaves(name, document))
        return next((f"in a JSON field, {reason}" if depth == 0 else reason for reason in inner if reason), None)
    if _pairs(text):
        return "the value contains an option with a secret"
    named = kind(name)
    if named and _literal(named, text):
        return _BY_NAME
    kept = _ENCRYPTED.match(text) or _PUBLIC.match(text) or about_identity(name)
    return _BY_RANDOMNESS if not kept and _any_random(text) else None


def _address(text: str) -> str | None:
    return next(
        (
            what
            for what, shape in _ADDRESSES
            for found in shape.finditer(text)
            if not _placeholder(found.group("value")) and not _OWN_NAME.match(found.group("value"))
        ),
        None,
    )


def _document(text: str) -> object:
    """Return what a JSON document holds; None where it is none, or one that is nested too deeply to be a setting."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaves(name: str, document: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(document, str):
        yield name, document.strip()
    elif depth <= _DEEPEST and isinstance(document, dict):
        for key, value in document.items():
            yield from _leaves(str(key), value, depth + 1)
    elif depth <= _DEEPEST and isinstance(document, list):
        for value in document:
            yield from _leaves(name, value, depth + 1)


def _pairs(text: str) -> bool:
    """Whether a pair inside a value (`-Ddb.password=...`, `?token=...`, `--password ...`) holds a literal secret."""
    for found in itertools.chain(_PAIR.finditer(text), _OPTION.finditer(text)):
        groups = found.groupdict()
        value = next((groups[each] for each in ("double", "single", "bare") if groups.get(each)), "")
        named = kind(groups["name"].removeprefix("D").rpartition(".")[2])
        if named and named is not Kind.MAYBE and value and value[0] not in "\\([.*^?:@$%<{" and _literal(named, value):
            return True
    return False


def _literal(named: Kind, value: str) -> bool:
    """Whether the value of a setting with such a name is a secret written out."""
    if len(value) < _SHORTEST[named] or _reference(value) or _AMOUNT.match(value):
        return False
    if named is Kind.PASSWORD:
        return True
    if any(letter.isspace() for letter in value):
        return False
    if named is Kind.SIGNING:
        return not value.isdecimal() and not re.fullmatch(r"[a-z]+(?:[-_./:][a-z0-9]+)+", value)
    return not _WORDS.match(value) or bool(_RUN_OF_LETTERS.fullmatch(value))


def _reference(value: str) -> bool:
    if _placeholder(value) or _ELSEWHERE.match(value) or _ENCRYPTED.match(value) or _PUBLIC.match(value):
        return True
    if _OWN_NAME.match(value):
        return True
    return bool(_PATH.match(value) or _PARAMETER.match(value)) and not _any_random(value)


def _placeholder(value: str) -> bool:
    return bool(_WRAPPED.match(value) or _NOTHING.match(value))


def _any_random(text: str) -> bool:
    return any(_random(run) for run in _RUN.findall(text))


def _random(run: str) -> bool:
    """Whether letters of both cases and digits alternate as in base64; words of a CamelCase name change too rarely.

    A name that CloudFormation made ends in eight hexadecimal digits after words.
    """
    kinds = [("u" if each.isupper() else "l" if each.islower() else "d" if each.isdigit() else "o") for each in run]
    if not {"u", "l", "d"} <= set(kinds) or _LOGICAL_ID.match(run):
        return False
    changes = sum(one != other for one, other in itertools.pairwise(kinds)) / (len(run) - 1)
    return changes >= _CHANGES and _entropy(run) >= _ENTROPY


def _entropy(text: str) -> float:
    """Return Shannon's entropy in bits a character."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
