"""Checks of tags that were meant well: keys that are spelled otherwise, values that do not fit one another."""

from collections.abc import Iterator, Mapping, Sequence

from muster.analysis.patterns import globs
from muster.checks.tagging.tags import CONTROLS, folded
from muster.facets.tagging.tags import ParentTags, TagParents, Tags
from muster.model.check import check
from muster.model.finding import Related, Severity, Verdict, compliant, non_compliant, not_applicable
from muster.model.text import counted, listed

_FEW = 5


@check(severity=Severity.LOW, controls=CONTROLS, needs_tags=True)
def tagged(tags: Tags) -> Verdict:
    """Resources should have at least one tag.

    Tags that AWS sets itself (`aws:…`) do not count. Resources that were never tagged are judged like all others.

    Problem: resource has no tag
    Why: A resource without any tag was made by hand or forgotten, and belongs to nobody.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM use tag-role,
      tag-user and tag-policy. If the resource is defined in code, add the tags there.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if tags.own:
        return compliant(f"it has {counted(len(tags.own), 'tag')}: {listed(sorted(tags.own), _FEW)}")
    set_by_aws = f"; AWS set {listed(sorted(tags.values), _FEW)}" if tags.values else ""
    return non_compliant(f"it has no tag of its own{set_by_aws}")


@check(severity=Severity.LOW, version=2, needs_tags=True)
def tag_keys_spelled_alike(
    tags: Tags, *, keys: tuple[str, ...] = ("Environment", "Owner", "CostCenter", "Project")
) -> Verdict:
    """Tag keys should be spelled in one way.

    A key is another spelling of one in `keys` when they differ only in case, blanks, hyphens, underscores, dots or
    colons: `costcenter`, `Cost Center` and `cost-center` are meant for `CostCenter`. Unless it is set, `keys` are those
    that the configuration requires under `tags`, if it says any.

    Problem: tag key is misspelled
    Why: Cost reports, policies and searches compare keys letter by letter: what is spelled otherwise is not found.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` `aws
      resourcegroupstaggingapi untag-resources --resource-arn-list ARN --tag-keys MISSPELLED-KEY` For IAM use
      tag-role, tag-user and tag-policy.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
    """
    canonical = {folded(key): key for key in reversed(keys)}
    drifted = [
        (key, canonical[folded(key)]) for key in sorted(tags.own) if key not in keys and folded(key) in canonical
    ]
    if drifted:
        return non_compliant("; ".join(f"{key!r} should be {meant!r}{_besides(meant, tags)}" for key, meant in drifted))
    return compliant(
        f"no key is another spelling of {listed(keys, _FEW)}" if keys else "no key has a spelling to keep to"
    )


@check(severity=Severity.LOW, opt_in=("agreements",), needs_tags=True)
def tag_values_agree(tags: Tags, *, agreements: Mapping[str, Mapping[str, tuple[str, ...]]] = {}) -> Verdict:
    """Values of tags should agree with one another.

    `agreements` says what one tag asks of others: {"Environment=production": {"Backup": ["daily", "hourly"]}} asks of
    whatever is in production that it is saved. `*` stands for anything.

    Problem: tag values contradict each other
    Why: A tag that another contradicts is wrong, or the other is; whoever acts on either does the wrong thing.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM use tag-role,
      tag-user and tag-policy.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if not agreements:
        return not_applicable("no agreement is asked for: say settings.tag-values-agree.agreements")
    in_force = [(when, wanted) for when, wanted in agreements.items() if _has(tags.own, when)]
    wrong = [text for when, wanted in in_force for text in _disagreeing(tags.own, when, wanted)]
    if wrong:
        return non_compliant("; ".join(wrong))
    if not in_force:
        return not_applicable(f"it has none of {listed(tuple(agreements), _FEW)}")
    return compliant("; ".join(f"{when} agrees with {listed(tuple(wanted), _FEW)}" for when, wanted in in_force))


@check(severity=Severity.LOW, needs_tags=True)
def tags_agree_with_parent(
    tags: Tags,
    parents: TagParents,
    parent_tags: Related[ParentTags],
    *,
    keys: tuple[str, ...] = ("Owner", "CostCenter"),
) -> Verdict:
    """Volumes, snapshots and network interfaces should carry the owner of what they belong to.

    A volume belongs to the instances that it is attached to, a network interface to the one it is attached to, a
    snapshot to its volume. Only `keys` that the parent has are compared. An instance of another account is no parent:
    only that account sees its tags.

    Problem: owner differs from the parent's
    Why: A volume that names another owner than its instance is paid for, kept or deleted by the wrong people.
    Fix: `aws ec2 create-tags --resources ID --tags Key=KEY,Value=VALUE`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
    """
    if parents.elsewhere and not parents.ids:
        return not_applicable(f"it belongs to {listed(parents.elsewhere, _FEW)}, whose tags only that account sees")
    if not parents.ids:
        return not_applicable("it belongs to nothing")
    known = {name: parent_tags[name].values for name in parents.ids}
    if not any(key in values for values in known.values() for key in keys):
        return not_applicable(f"{listed(parents.ids, _FEW)} {_has_none(parents.ids)} of {listed(keys, _FEW)}")
    wrong = [
        f"{key} is {_value_text(tags.own.get(key))}, {values[key]!r} on {name}"
        for name, values in known.items()
        for key in keys
        if key in values and tags.own.get(key) != values[key]
    ]
    return non_compliant("; ".join(wrong)) if wrong else compliant(f"it agrees with {listed(parents.ids, _FEW)}")


def _besides(meant: str, tags: Tags) -> str:
    return f" (which is there too: {tags.own[meant]!r})" if meant in tags.own else ""


def _has(own: Mapping[str, str], when: str) -> bool:
    key, equals, value = when.partition("=")
    return key in own and (not equals or globs.starred(value, own[key]))


def _disagreeing(own: Mapping[str, str], when: str, wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for key, values in wanted.items():
        if not any(globs.starred(value, own.get(key, "")) for value in values) or key not in own:
            yield f"{when} asks for {key} {' or '.join(values)}, and it is {_value_text(own.get(key))}"


def _value_text(value: str | None) -> str:
    return "missing" if value is None else repr(value)


def _has_none(ids: Sequence[str]) -> str:
    return "has none" if len(ids) == 1 else "have none"
