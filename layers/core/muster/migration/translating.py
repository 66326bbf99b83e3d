"""What a text of the source should be at the target: regions, accounts and names of what is migrated replaced. Pure."""

import re
from collections.abc import Mapping
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
        return self._replaced(text, account=True)

    def accepts(self, source: str, target: str) -> bool:
        """Whether a text of the target is what that of the source should become.

        What the migration file does not name may have its suffix, and may stay in the source's account.
        """
        return target in self._expected(source)

    def same_resource(self, source: str, target: str) -> bool:
        """Whether an ARN of the target is what that of the source should become, but for what AWS makes up."""
        return self.accepts(_unmade(source), _unmade(target))

    def names_source(self, text: str) -> bool:
        """Whether a text names the source's region, by its name or by a host that has none but is in it."""
        kept = _GLOBAL.sub("", text)
        regionless = self.source_region == _US_EAST_1 and _REGIONLESS.search(kept)
        return bool(self._region.search(kept) or regionless)

    @cached_property
    def _region(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z0-9]){re.escape(self.source_region)}(?![0-9])")

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        """Match a whole value that is a name, or a name in an ARN, a URL or a path."""
        changed = sorted((name for name, target in self.names.items() if name != target), key=len, reverse=True)
        if not changed:
            return None
        names = "|".join(re.escape(name) for name in changed)
        return re.compile(rf"(?:\A|(?<=[/:\"]))(?:{names})(?=[/:\"]|\.s3[.-]|\Z)")

    def _expected(self, text: str) -> set[str]:
        """Return what a text may become; a word of a path that is called as a resource need not mean it."""
        found = {self._replaced(text, account=account) for account in (True, False)}
        if text not in self.names and not _of_aws(text):
            found.add(self._in_target_region(text))
        return found | {_suffixed(each, self.suffix) for each in found}

    def _in_target_region(self, text: str) -> str:
        return self._region.sub(self.target_region, text)

    def _replaced(self, text: str, *, account: bool) -> str:
        kept = _GLOBAL.findall(text)
        if self._names:
            text = self._names.sub(lambda match: self.names[match.group()], text)
        text = self._in_target_region(text)
        if account and self.source_account != self.target_account:
            text = re.sub(rf"(?<!\d){self.source_account}(?!\d)", self.target_account, text)
        for each in kept:
            text = text.replace(self._in_target_region(each), each)
        return text


def _of_aws(text: str) -> bool:
    return "arn:" in text or "amazonaws.com" in text


def _unmade(arn: str) -> str:
    for pattern, kept in _MADE:
        arn = pattern.sub(kept, arn)
    return arn


def _suffixed(text: str, suffix: str) -> str:
    """Return a text that ends with a name, with the suffix at the name."""
    return text.removesuffix(_FIFO) + suffix + _FIFO if text.endswith(_FIFO) else text + suffix
