"""Whether a name and its value look like a secret: by known shapes, by the name, by how random the value is. Pure.

A reason never holds any part of the value: it goes into reports, logs and mails.
"""

import itertools
import math
import re
from collections import Counter

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("an access key of AWS", re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])")),
    ("a token of GitHub", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{36,})")),
    ("a token of GitLab", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("a token of Slack", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}")),
    ("a webhook of Slack", re.compile(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/\S{20,}")),
    ("a key of Stripe", re.compile(r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}")),
    ("a key of Google", re.compile(r"\bAIza[A-Za-z0-9_-]{35}")),
    ("a key of SendGrid", re.compile(r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")),
    ("a token of npm", re.compile(r"\bnpm_[A-Za-z0-9]{36}")),
    ("a key of a model's provider", re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    ("a URL with a password", re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@?#]*:(?!\$?\{)[^\s/@?#]+@")),
    (
        "a connection string with a password",
        re.compile(r"(?:^|[;?&\s])(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*(?!\$?\{)[^;&\s]+", re.IGNORECASE),
    ),
)

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode", "pwd"})
_TOKENS = frozenset({"secret", "secrets", "token", "apikey", "credential", "credentials", "signature", "bearer"})
_KEYS = frozenset({"api", "access", "auth", "private", "encryption", "signing", "secret", "account", "master", "hmac"})
_ABOUT = frozenset(
    {
        "alias",
        "algorithm",
        "arn",
        "bucket",
        "count",
        "duration",
        "enabled",
        "endpoint",
        "expiration",
        "expiry",
        "file",
        "format",
        "header",
        "host",
        "id",
        "issuer",
        "length",
        "lifetime",
        "limit",
        "location",
        "max",
        "min",
        "mode",
        "name",
        "names",
        "parameter",
        "path",
        "policy",
        "prefix",
        "provider",
        "ref",
        "region",
        "required",
        "rotation",
        "seconds",
        "source",
        "store",
        "table",
        "timeout",
        "ttl",
        "type",
        "uri",
        "url",
        "user",
        "username",
        "version",
    }
)
"""What a name ends in when its value only tells something about a secret: DB_PASSWORD_PARAMETER, TOKEN_TTL."""

_REFERENCE = re.compile(
    r"arn:|\{\{resolve:|\$\{|<|/|(?:ssm|secretsmanager|s3|https?|file|vault)://?|projects/|"
    r"(?:true|false|yes|no|none|null|enabled|disabled|on|off|undefined|changeme|redacted|\*+|x+)\Z",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[a-z]+(?:[-_./:][a-z]+)*\Z|[A-Z]+(?:_[A-Z]+)*\Z|[\d.,:]+\Z")
_SHORTEST = 8

_RUN = re.compile(r"[A-Za-z0-9+/=_]{20,}")
_LOGICAL_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*?[0-9A-F]{8}\Z")
_ENTROPY, _CHANGES = 3.7, 0.45


def secret_like(name: str, value: str) -> str | None:
    """Say why a variable looks like a secret, without its value; None where it does not.

    A shape that a known issuer gives its keys decides, then a name that says so while the value is neither a
    reference (an ARN, a path, a URL, a placeholder) nor a plain word or number, then how random the value is. Long
    hexadecimal texts are not taken for random: commits and digests are far more common among settings.
    """
    text = value.strip()
    for what, shape in _SHAPES:
        if shape.search(text):
            return f"its value has the shape of {what}"
    words = [word.lower() for word in _WORDS.findall(name)]
    if _named(words, text):
        return "its name says that it is a secret, and its value is no reference to one"
    if "public" not in words and any(_random(run) for run in _RUN.findall(text)):
        return "its value is as random as a key"
    return None


def _named(words: list[str], value: str) -> bool:
    if not value or not words or words[-1] in _ABOUT or "public" in words or _REFERENCE.match(value):
        return False
    joined = {first + second for first, second in itertools.pairwise(words)}
    if _PASSWORDS & {*words, *joined} or words == ["pass"] or words[-2:] == ["db", "pass"]:
        return True
    key = words[-1] in {"key", "keys"} and len(words) > 1 and words[-2] in _KEYS
    if not (key or _TOKENS & {*words, *joined}):
        return False
    return len(value) >= _SHORTEST and not _PLAIN.match(value) and not any(letter.isspace() for letter in value)


def _random(run: str) -> bool:
    """Whether letters of both cases and digits alternate as in base64; words of a CamelCase name change too rarely.

    What CloudFormation names itself ends in eight hexadecimal digits after words.
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
