"""The replication rules of a source that copy to its target, and which of them count."""

from collections.abc import Iterable
from dataclasses import dataclass

from muster.facets.s3.replication import CopyRule, Replication
from muster.migration.file import BucketItem
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import Verdict, known, not_applicable


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a bucket: `all` of them, those `to` the target, and those of these that are `enabled`."""

    all: tuple[CopyRule, ...]
    to: tuple[CopyRule, ...]
    enabled: tuple[CopyRule, ...]

    @property
    def whole(self) -> CopyRule | None:
        """The enabled rule that copies all objects and has the highest priority."""
        return max((rule for rule in self.enabled if not rule.part), key=lambda rule: rule.priority, default=None)

    @property
    def counting(self) -> tuple[CopyRule, ...]:
        """The rules by whose settings objects are copied.

        A narrower rule takes its objects from one for all that has a lower priority. Where no rule is enabled, these
        are all that copy to the target: that they are disabled is another comparison's matter.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
        """
        whole = self.whole
        if whole is None:
            return self.enabled or self.to
        return (whole, *(rule for rule in self.enabled if rule.part and rule.priority > whole.priority))


def rules_between(source: Source, target: Target) -> Rules:
    """Return the rules of a source.

    Raises:
        UnknownField: the rules were not read, or it is not known where one copies to or whether it is enabled.
    """
    rules = source.own.facet("replication", Replication).rules
    to = tuple(rule for rule in rules if rule.bucket == target.resource.id)
    if not to:
        for rule in rules:
            known(rule.bucket)
    return Rules(rules, to, tuple(rule for rule in to if known(rule.enabled)))


def skipped(pair: Pair) -> Verdict | None:
    """Return why a comparison of replication does not apply: the migration file does not want any."""
    if isinstance(pair.item, BucketItem) and not pair.item.replicated:
        return not_applicable("the migration file has replicated: false")
    return None


def without_rule(rules: Rules, target: Target) -> Verdict:
    """Return that settings of rules cannot be judged where no rule copies to the target."""
    return not_applicable(
        f"no replication rule of the source copies to {target.resource.id}: see target-bucket-replication-rule"
        if rules.all
        else "the source has no replication rules: see target-bucket-replication-rule"
    )


def named(rules: Iterable[CopyRule]) -> str:
    """Return rules in a sentence."""
    names = [rule.id or "without an id" for rule in rules]
    return ("the rule " if len(names) == 1 else "the rules ") + ", ".join(names)
