"""What a text of the source should be at the target: regions, accounts and names of what is migrated replaced. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from muster.migration.sides import Pair, Side

_US_EAST_1 = "us-east-1"
_REGIONLESS = re.compile(
    r"(?:\A|(?<=[^\w-]))(?:s3|s3-external-1|queue|sdb|ec2|autoscaling|elasticmapreduce)\.amazonaws\.com(?![\w.-])"
)
"""Hosts without a region that are in us-east-1.

https://docs.aws.amazon.com/general/latest/gr/rande.html
"""
_GLOBAL = re.compile(r"arn:[\w-]+:wafv2:us-east-1:\d{12}:global/\S*")
"""Web ACLs of CloudFront are always in us-east-1.

https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
"""
_EDGE = r"[/:\",;=|\s]"
_WORD = re.compile(rf"(?:\A|(?<={_EDGE}))[\w.-]+(?={_EDGE}|\Z)")
"""Where a name may stand: between the separators of ARNs, URLs, paths, lists and JSON."""
_WORD_OR_MORE = re.compile(rf"(?:\A|(?<={_EDGE}))[\w.-]+(?={_EDGE}|\*|\Z)")
"""The same, with names in patterns: `table/orders*` is right with either name."""
_S3_HOST = re.compile(r"\.s3[.-]")
_MARK = "\0"
_HELD = re.compile(rf"{_MARK}([0-9]+){_MARK}")
_FIFO = ".fifo"
_MADE = (
    (re.compile(r"(:table/[^/]+/stream/).+"), r"\1*"),
    (re.compile(r"(:stream/[^/]+/consumer/[^:]+):.+"), r"\1"),
    (re.compile(r"(:kafka:.*:cluster/[^/]+)/.+"), r"\1"),
    (re.compile(r"(:mq:.*:broker:[^:]+):.+"), r"\1"),
)
"""Ends of ARNs that AWS makes up: the label of a stream, the time of a consumer, the id of a cluster or broker."""


@dataclass(frozen=True)
class Translation:
    """The translation between two sides of a pair."""

    source_region: str
    target_region: str
    source_account: str
    target_account: str
    names: Mapping[str, str]
    suffix: str

    @classmethod
    def between(cls, source: Side, target: Side, pair: Pair) -> "Translation":
        """Return the translation of a pair's texts."""
        names = {item.name: item.target for item in pair.file.items()}
        ours, theirs = target.resource, source.resource
        return cls(theirs.region, ours.region, theirs.account_id, ours.account_id, names, pair.file.suffix)

    def text(self, text: str) -> str:
        """Return what a text of the source becomes at the target."""
        return self._replaced(text, _WORD, account=True)

    def accepts(self, source: str, target: str) -> bool:
        """Whether a text of the target is what that of the source should become.

        What the migration file does not name may have its suffix, and may stay in the source's account.
        """
        return target in self._expected(source)

    def same_resource(self, source: str, target: str) -> bool:
        """Whether an ARN of the target is what that of the source should become, but for what AWS makes up."""
        return self.accepts(_unmade(source), _unmade(target))

    def names_source(self, text: str) -> bool:
        """Whether a text names the source's region, by its name or by a host that has none but is in it.

        A target's name may hold it: the naming rule only adds to the name of the source.
        """
        kept = _WORD.sub(self._unnamed, _GLOBAL.sub("", text))
        regionless = self.source_region == _US_EAST_1 and _REGIONLESS.search(kept)
        return bool(self._region.search(kept) or regionless)

    @cached_property
    def _endings(self) -> frozenset[str]:
        """Return what a target's name may have after that of its source: the suffix, and what the naming rule adds."""
        ruled = {target.removeprefix(name) for name, target in self.names.items() if target.startswith(name)}
        return frozenset({f"-{self.suffix}", *ruled} - {""})

    @cached_property
    def _targets(self) -> frozenset[str]:
        return frozenset(self.names.values())

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        """Return the names with slashes, those of log groups, the longest first."""
        return tuple(sorted((name for name in self.names if "/" in name), key=len, reverse=True))

    @cached_property
    def _region(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z0-9]){re.escape(self.source_region)}(?![0-9])")

    def _expected(self, text: str) -> set[str]:
        """Return what a text may become; a word of a path that is called as a resource need not mean it."""
        found = {
            self._replaced(text, words, account=account)
            for account in (True, False)
            for words in (_WORD, _WORD_OR_MORE)
        }
        if text not in self.names and not _of_aws(text):
            found.add(self._in_target_region(text))
        return found | {_ended(each, ending) for each in found for ending in self._endings}

    def _replaced(self, text: str, words: re.Pattern[str], *, account: bool) -> str:
        """Return a text with names, region and account replaced; what is put in or kept is not replaced again."""
        if _MARK in text:
            # No value of AWS holds it: it marks what was put in.
            return self._in_target_region(text)
        held: list[str] = []

        def hold(value: str) -> str:
            held.append(value)
            return f"{_MARK}{len(held) - 1}{_MARK}"

        text = _GLOBAL.sub(lambda match: hold(match.group()), text)
        for name in self._paths:
            if name in text:
                text = re.sub(rf"(?<![^:\"]){re.escape(name)}(?=[:\"]|\Z)", hold(self.names[name]), text)
        text = words.sub(lambda match: self._named(match.group(), hold), text)
        text = self._in_target_region(text)
        if account and self.source_account != self.target_account:
            text = re.sub(rf"(?<!\d){self.source_account}(?!\d)", self.target_account, text)
        return _HELD.sub(lambda match: held[int(match[1])], text)

    def _named(self, word: str, hold: Callable[[str], str]) -> str:
        """Return a word as the target's; a bucket's name may begin a host."""
        name, host = _host(word)
        return f"{hold(self.names[name])}{host}" if name in self.names else word

    def _unnamed(self, match: re.Match[str]) -> str:
        name, host = _host(match.group())
        return host if name in self._targets else match.group()

    def _in_target_region(self, text: str) -> str:
        return self._region.sub(self.target_region, text)


def _host(word: str) -> tuple[str, str]:
    """Return a word as a name and the rest of a host of S3 that it begins."""
    found = _S3_HOST.search(word)
    return (word[: found.start()], word[found.start() :]) if found else (word, "")


def _of_aws(text: str) -> bool:
    return "arn:" in text or "amazonaws.com" in text


def _unmade(arn: str) -> str:
    for pattern, kept in _MADE:
        arn = pattern.sub(kept, arn)
    return arn


def _ended(text: str, ending: str) -> str:
    """Return a text that ends with a name, with an ending at the name."""
    return text.removesuffix(_FIFO) + ending + _FIFO if text.endswith(_FIFO) else text + ending
