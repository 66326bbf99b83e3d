"""Values of one condition key that decide each comparison of a policy with it: one for every possible outcome. Pure."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from muster.analysis.patterns.globs import has_wildcard, matches
from muster.analysis.policies.condition_keys import Key
from muster.analysis.policies.conditions import UNKNOWN, moment, number, split
from muster.analysis.policies.document import Condition
from muster.analysis.policies.wildcards import matches_arn, witnesses

_FRESH = "\x02"
"""A letter that no policy holds."""

Fixes = Callable[[Key, str, str], bool]
"""Whether a condition's value, given its key and operator, names somebody in particular who is no stranger."""

_LIKE = ("stringlike", "arnequals", "arnlike")
_TEXTS = ("stringequals", "stringequalsignorecase", "binaryequals", *_LIKE)
_SHAPES = {"organization": "o-*", "path": "o-*/r-*/*", "ARN": "arn:*:*:*:*:*"}
"""How the values of keys look that hold a request to these."""

_MOST, _LARGEST = 8, 4
"""The most texts that sets are made of for a key with several values, and the size of the largest set."""


def values(key: Key, uses: Sequence[Condition], fixes: Fixes) -> list[tuple[str, ...]]:
    """Return values of a key, each a request's texts, that no condition of `uses` fixes.

    Whatever the conditions say of some stranger's value, they say of one of these. UNKNOWN stands in for what would
    take too long to find.
    """
    texts = list(dict.fromkeys(_texts(key, uses, fixes)))
    if not key.many or key.holds:
        # An account has one path in its organization, though the key is a list.
        return [(text,) for text in texts]
    needed = min(len(uses), len(texts))
    sizes = range(1, min(needed, _LARGEST) + 1)
    sets = [found for size in sizes for found in combinations(texts[:_MOST], size)]
    unknown = [(UNKNOWN,)] if len(texts) > _MOST or needed > _LARGEST else []
    return [*sets, *unknown]


def _texts(key: Key, uses: Sequence[Condition], fixes: Fixes) -> Iterator[str]:
    compared = [(split(condition)[1], value) for condition in uses for value in condition.values]
    if key.type == "Bool":
        yield from ("true", "false")
        return
    fixed = [(name, value) for name, value in compared if fixes(key, name, value)]
    loose = [(name, value) for name, value in compared if not fixes(key, name, value)]
    if any(name == "bool" for name, _ in compared):
        yield from ("true", "false")
    if key.type == "IPAddress" or any(name == "ipaddress" for name, _ in compared):
        yield from _addresses([value for name, value in compared if name == "ipaddress"], fixed)
    for family, read in (("Numeric", number), ("Date", moment)):
        numbers = [
            found for name, value in compared if name.startswith(family.lower()) and (found := read(value)) is not None
        ]
        if numbers or key.type == family:
            yield from _around(numbers)
    if key.type in ("String", "ARN") or any(name in _TEXTS for name, _ in compared):
        words = [[each for each in pairs if each[0] in _TEXTS] for pairs in (loose, fixed)]
        yield from _words(words[0], words[1], _SHAPES.get(key.holds if key.type != "ARN" else "ARN", "*"))


def _words(loose: Sequence[tuple[str, str]], fixed: Sequence[tuple[str, str]], shape: str) -> Iterator[str]:
    """Yield texts that are like any possible choice of the loose values, and like none of the fixed ones."""
    wild = [(name, value) for name, value in loose if name in _LIKE and has_wildcard(value)]
    found = [shape.replace("*", _FRESH)]
    found += [value.replace("*", star).replace("?", _FRESH) for _, value in wild for star in ("", _FRESH)]
    if len(wild) + (shape != "*") > 1:
        seen = witnesses((*loose, *fixed, ("stringlike", shape)), _FRESH)
        found += (UNKNOWN,) if seen is None else seen
    texts = [text for text in found if matches(shape, text) or text == UNKNOWN]
    texts += [value for name, value in loose if (name, value) not in wild]
    if any(name == "stringequalsignorecase" for name, _ in loose):
        texts += [spelled for text in texts for spelled in (text.lower(), text.upper())]
    for text in texts:
        if not any(_alike(name, value, text) for name, value in fixed):
            yield text


def _alike(name: str, value: str, text: str) -> bool:
    if name == "stringequalsignorecase":
        return value.lower() == text.lower()
    if name not in _LIKE:
        return value == text
    return matches(value, text) if name == "stringlike" else matches_arn(value, text)


def _addresses(ranges: Sequence[str], fixed: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the addresses at the borders of all ranges, outside those that are fixed."""
    closed = [network for name, value in fixed if name == "ipaddress" for network in _networks([value])]
    for network in (*_networks(ranges), *_networks(["0.0.0.0/0", "::/0"])):
        first, last = int(network.network_address), int(network.broadcast_address)
        for place in (first - 1, first, last, last + 1):
            if 0 <= place < 2**network.max_prefixlen:
                address = type(network.network_address)(place)
                if not any(address in each for each in closed):
                    yield str(address)


def _networks(ranges: Iterable[str]) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for each in ranges:
        try:
            yield ipaddress.ip_network(each, strict=False)
        except ValueError:
            continue


def _around(numbers: Iterable[float]) -> Iterator[str]:
    """Yield the numbers, one between each two of them, one below and one above all."""
    ordered = sorted(set(numbers))
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    ends = [ordered[0] - 1, ordered[-1] + 1] if ordered else [0]
    yield from map(str, (*ends, *ordered, *between))
