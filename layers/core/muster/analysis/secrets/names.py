"""Names of settings: whether a name promises a password or token, or something about one. Pure.

Names are cut at case, digits and punctuation, and then at the words that are glued together in them (PGPASSWORD,
AUTHTOKEN, PASSWORDFILE).
"""

import functools
import itertools
import re
from enum import Enum


class Kind(Enum):
    """The promise that a name makes about its value."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    """Any literal value is a secret, however weak: DB_PASSWORD, MYSQL_PWD."""
    SIGNING = "signing secret"
    """Any single word is a secret; words with hyphens or slashes are taken for the name of one: JWT_SECRET."""
    TOKEN = "token"  # noqa: S105 - the name of a kind
    """A value that may be a token is a secret: API_KEY, AUTH_TOKEN."""
    MAYBE = "maybe"
    """The name goes on with a word that is not known (DB_PASSWORD_SHOP): the value must look like a secret too."""


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PASSWORDS = _of(
    "password passwords passwd passphrase passcode passwort kennwort contrasena senha motdepasse pword pwd pw pswd"
)
_TOKENS = _of(
    "secret secrets token tokens apikey apikeys credential credentials creds cred bearer signature salt pepper jwt"
)
_SIGNERS = _of(
    "jwt client session cookie cookies app application webhook signing hmac shared consumer oauth token auth csrf"
)
_KEYS = _of(
    "api access app application auth private encryption decryption signing secret account storage master hmac "
    "license licence fernet session cookie cipher crypto aes rsa shared ssh deploy admin service subscription "
    "webhook jwt integration instrumentation write ingest host functions"
)
_QUALIFIERS = _of(
    "prod production prd stage staging stg dev development test testing qa uat sandbox live local ci old new "
    "current previous next primary secondary backup default main master base value values text plain plaintext "
    "raw b64 base64 encoded string str literal v a b ro rw readonly read write"
)
_ABOUT = _of(
    "age algo algorithm alias allowed arn attempts audience backend bucket bytes cache caches chars charset "
    "claim class column complexity config configuration count days delimiter depth dir directory duration "
    "enable enabled encoding encryption endpoint engine env event exp expiration expired expires expiry extension "
    "field fields file filename files folder format function generator grace hash hashed hasher hashers header "
    "history host hours id identifier ids index interval issuer kind label lambda len length level lifetime limit "
    "limits location lookup manager manual max min minimum maximum mins minutes mode name names namespace "
    "needed optional page param parameter parameters params path paths pattern percent period placement plugin "
    "policy pool port prefix processor profile provider providers queue rate ref reference refresher regex "
    "region rejected required requirements reset resolver resource retries retry role rotation rotator route rule "
    "rules schedule schema scope scopes score seconds secs separator sha sha256 size source ssm "
    "standard state status store storage strategy strength subject suffix table template threshold time timeout "
    "topic ttl type types uri uris url urls usage used username validator validation validity verifier "
    "version window"
)
"""Words that end a name whose value is about a secret: DB_PASSWORD_PARAMETER, PASSWORD_ROTATION_DAYS, TOKEN_TTL."""

_SWITCHES = _of(
    "max min num number use enable enabled disable disabled require requires required allow skip no has is force "
    "with reset forgot hide show mask validate verify rotate"
)
_ENGLISH = _of("bypass compass encompass surpass overpass underpass trespass passport")
_PASSES = _of("first second third one two single double multi dry boarding final")
_BASIC = _of("basic http redis registry proxy docker npm rest rediscli")
_REDIS = ("rediscli", "auth")

_CUT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_GLUED = re.compile(
    r"passwords?|passwd|passphrase|passcode|passwort|kennwort|pword|pwd|"
    r"(?:api|access|secret|private|encryption|signing|master|auth|app|license|licence|account|storage|shared|hmac)keys?|"
    r"secrets?|tokens?|credentials?|pass"
)
_LONGEST = 100
"""Words with more characters are not cut: no name of a setting has one."""


def kind(name: str) -> Kind | None:
    """Return what the name of a setting promises about its value; None where the value is no secret."""
    if name in {"PWD", "OLDPWD"}:
        return None
    words = _words(name)
    place = max((index for index in range(len(words)) if _term(words, index)), default=None)
    if place is None or {"public", "publishable", "pub"} & set(words):
        return None
    after = words[place + 1 :]
    if _ABOUT & set(after):
        return None
    if words[0] in _SWITCHES or not all(word in _QUALIFIERS or word.isdecimal() for word in after):
        return Kind.MAYBE
    return _term(words, place)


def about_identity(name: str) -> bool:
    """Whether a name promises an identifier, a digest or something public, which may be as random as a key."""
    words = _words(name)
    ends = {"id", "ids", "arn", "hash", "digest", "checksum", "sha", "sha256", "etag", "fingerprint", "commit"}
    return bool(words) and (
        words[-1] in ends or words[-2:] == ("site", "key") or bool({"public", "publishable", "pub"} & set(words))
    )


def _term(words: tuple[str, ...], place: int) -> Kind | None:
    word, before = words[place], words[place - 1] if place else ""
    if word in _PASSWORDS or (before, word) == _REDIS:
        return Kind.PASSWORD
    if word == "pass":
        return None if before in _PASSES else Kind.PASSWORD
    if word in {"secret", "secrets"} and (before in _SIGNERS or before.endswith(("auth", "jwt", "session"))):
        return Kind.SIGNING
    if word in _TOKENS or (word in {"key", "keys"} and before in _KEYS):
        return Kind.TOKEN
    return Kind.TOKEN if word == "auth" and place == len(words) - 1 else None


@functools.lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    cut = [word.lower() for word in _CUT.findall(name)]
    words = [part for word in cut for part in _split(word)]
    for place, (one, other) in enumerate(itertools.pairwise(words)):
        if one == "pass" and one + other in _PASSWORDS:
            return (*words[:place], one + other, *words[place + 2 :])
    return tuple(words)


def _split(word: str) -> tuple[str, ...]:
    """Cut a word that others are glued to; a word that only contains one (tokenizer, secretary, bypass) stays whole."""
    if word in _PASSWORDS | _TOKENS | _ENGLISH or len(word) > _LONGEST:
        return (word,)
    if word.removesuffix("auth") in _BASIC and word.endswith("auth"):
        return (word.removesuffix("auth"), "auth")
    for found in _GLUED.finditer(word):
        before, term, rest = word[: found.start()], found.group(), _known(word[found.end() :])
        if rest is not None and not (term == "pass" and len(before) == 1):
            parts = (re.sub("keys?$", "", term), "key") if re.search("keys?$", term) else (term,)
            return (*((before,) if before else ()), *parts, *rest)
    return (word,)


@functools.lru_cache(maxsize=4096)
def _known(text: str) -> tuple[str, ...] | None:
    """Cut a text into words that are known after a secret's; None where it is none of them."""
    if not text:
        return ()
    for end in range(len(text), 0, -1):
        head = text[:end]
        if head in _ABOUT | _QUALIFIERS | _PASSWORDS | _TOKENS | {"key", "keys"} and len(head) > 1:
            rest = _known(text[end:])
            if rest is not None:
                return (head, *rest)
    return None
