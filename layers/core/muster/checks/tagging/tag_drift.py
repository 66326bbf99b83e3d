"""Checks of tags for misspelled keys, contradictory values and values that differ from the parent resource."""

from collections.abc import Iterator, Mapping, Sequence

from muster.analysis.patterns import globs
from muster.checks.tagging.tags import CONTROLS, folded, spelling_fact, tag_fact
from muster.facets.tagging.tags import ParentTags, TagParents, Tags
from muster.model.check import check
from muster.model.finding import Related, Severity, Verdict, compliant, non_compliant, not_applicable
from muster.model.text import counted, listed, sentence

_FEW = 5


@check(severity=Severity.LOW, controls=CONTROLS, needs_tags=True, yields_to=("required-tags",), yields_always=True)
def tagged(tags: Tags) -> Verdict:
    """Resources should have at least one tag.

    Tags that AWS sets itself (`aws:…`) do not count.

    Problem: resource has no tag
    Why: A resource without tags was created by hand or forgotten. It has no owner and no cost center.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM roles, users and
      policies use tag-role, tag-user and tag-policy. If the resource is defined in code, add the tag there.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if tags.own:
        return compliant(f"The resource has {counted(len(tags.own), 'tag')}: {listed(sorted(tags.own), _FEW)}")
    set_by_aws = f" except those of AWS ({listed(sorted(tags.values), _FEW)})" if tags.values else ""
    return non_compliant(f"The resource has no tags{set_by_aws}")


@check(
    severity=Severity.LOW,
    version=2,
    needs_tags=True,
    yields_to=("tags-follow-organization-policy", "required-tags"),
)
def tag_keys_spelled_alike(
    tags: Tags,
    *,
    keys: tuple[str, ...] = ("Environment", "Owner", "CostCenter", "Project"),
    spellings: Mapping[str, tuple[str, ...]] = {},
) -> Verdict:
    """Tag keys should have the same spelling everywhere.

    A key counts as another spelling of one in `keys` if they differ only in case, spaces, hyphens, underscores, dots or
    colons: `costcenter`, `Cost Center` and `cost-center` instead of `CostCenter`. By default `keys` are the required
    keys under `tags` in the configuration, if there are any. A spelling in `spellings` passes.

    Problem: tag key is misspelled
    Why: Cost reports, policies and searches compare keys exactly and do not find other spellings.
    Fix: Set the tag under the right key, then remove the other one. `aws resourcegroupstaggingapi tag-resources
      --resource-arn-list ARN --tags KEY=VALUE` `aws resourcegroupstaggingapi untag-resources --resource-arn-list ARN
      --tag-keys MISSPELLED-KEY` For IAM roles, users and policies use tag-role and untag-role, and so on.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
    """
    canonical = {folded(key): key for key in reversed(keys)}
    right = {*keys, *(each for others in spellings.values() for each in others)}
    drifted = [
        (key, canonical[folded(key)]) for key in sorted(tags.own) if key not in right and folded(key) in canonical
    ]
    if drifted:
        return _misspelled(tags, drifted)
    return compliant(f"No tag key is another spelling of {listed(keys, _FEW)}" if keys else "The setting keys is empty")


@check(severity=Severity.LOW, opt_in=("agreements",), needs_tags=True, yields_to=("required-tags",))
def tag_values_agree(tags: Tags, *, agreements: Mapping[str, Mapping[str, tuple[str, ...]]] = {}) -> Verdict:
    """Tag values should not contradict each other.

    `agreements` defines which values go together: {"Environment=production": {"Backup": ["daily", "hourly"]}} requires
    backups of everything in production. `*` stands for any text.

    Problem: tag values contradict each other
    Why: One of two contradictory tags is wrong, and automation that uses it does the wrong thing.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM roles, users and
      policies use tag-role, tag-user and tag-policy. If the resource is defined in code, add the tag there.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if not agreements:
        return not_applicable("The setting agreements is empty")
    in_force = [(when, wanted) for when, wanted in agreements.items() if _has(tags.own, when)]
    wrong = [each for when, wanted in in_force for each in _disagreeing(tags.own, when, wanted)]
    if wrong:
        return _contradicting(wrong, tags.own)
    if not in_force:
        return not_applicable(f"The resource has none of {listed(tuple(agreements), _FEW)}")
    return compliant(
        sentence("; ".join(f"tag {when} agrees with {listed(tuple(wanted), _FEW)}" for when, wanted in in_force))
    )


@check(severity=Severity.LOW, needs_tags=True, yields_to=("required-tags",))
def tags_agree_with_parent(
    tags: Tags,
    parents: TagParents,
    parent_tags: Related[ParentTags],
    *,
    keys: tuple[str, ...] = ("Owner", "CostCenter"),
) -> Verdict:
    """Volumes, snapshots and network interfaces should have the owner tags of their parent resource.

    The parents of a volume or a network interface are the instances that it is attached to; the parent of a snapshot is
    its volume. Only the keys in `keys` that the parent has are compared. Instances of other accounts are left out: only
    their own account can read their tags.

    Problem: owner tags differ from the parent's
    Why: If a volume names another owner than its instance, the wrong team pays for it, keeps it or deletes it.
    Fix: `aws ec2 create-tags --resources ID --tags Key=KEY,Value=VALUE`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
    """
    if parents.elsewhere and not parents.ids:
        return not_applicable(
            f"Its parent is in another account, whose tags cannot be read: {listed(parents.elsewhere, _FEW)}"
        )
    if not parents.ids:
        return not_applicable("The resource has no parent")
    known = {name: parent_tags[name].values for name in parents.ids}
    if not any(key in values for values in known.values() for key in keys):
        return not_applicable(
            f"Parent {listed(parents.ids, _FEW)} {_has_none(parents.ids)} of the tags {listed(keys, _FEW)}"
        )
    differing = [
        (name, key, values[key])
        for name, values in known.items()
        for key in keys
        if key in values and tags.own.get(key) != values[key]
    ]
    if not differing:
        return compliant(f"The tags agree with {listed(parents.ids, _FEW)}")
    return _differing(differing, tags.own)


def _misspelled(tags: Tags, drifted: Sequence[tuple[str, str]]) -> Verdict:
    """Return the failure of keys that should be spelled otherwise: a key that is meant and not there is missing."""
    key, meant = drifted[0]
    facts = {spelling_fact(each) if right in tags.own else tag_fact(right): (each, right) for each, right in drifted}
    return non_compliant(
        sentence("; ".join(f"tag key {each} should be {right}{_besides(right, tags)}" for each, right in drifted)),
        key=meant,
        value=tags.own.get(meant, tags.own[key]),
        misspelled_key=key,
    ).about(
        *facts, rest=lambda covered: _misspelled(tags, [pair for fact, pair in facts.items() if fact not in covered])
    )


def _differing(differing: Sequence[tuple[str, str, str]], own: Mapping[str, str]) -> Verdict:
    """Return the failure of tags that differ from those of a parent."""
    texts = (f"tag {key} is {_value_text(own.get(key))} ({name} has {value!r})" for name, key, value in differing)
    _, key, value = differing[0]

    def fact(each: str) -> str:
        return f"parent {each}" if each in own else tag_fact(each)

    def rest(covered: frozenset[str]) -> Verdict:
        return _differing([each for each in differing if fact(each[1]) not in covered], own)

    verdict = non_compliant(sentence("; ".join(texts)), key=key, value=value)
    return verdict.about(*(fact(each) for _, each, _ in differing), rest=rest)


def _besides(meant: str, tags: Tags) -> str:
    return f" ({meant} also exists, with the value {tags.own[meant]!r})" if meant in tags.own else ""


def _has(own: Mapping[str, str], when: str) -> bool:
    key, equals, value = when.partition("=")
    return key in own and (not equals or globs.starred(value, own[key]))


def _disagreeing(own: Mapping[str, str], when: str, wanted: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for key, values in wanted.items():
        if not any(globs.starred(value, own.get(key, "")) for value in values) or key not in own:
            yield key, f"with {when}, tag {key} must be {' or '.join(values)}, but it is {_value_text(own.get(key))}"


def _contradicting(wrong: Sequence[tuple[str, str]], own: Mapping[str, str]) -> Verdict:
    """Return the failure of values that others contradict."""

    def fact(key: str) -> str:
        return f"value {key}" if key in own else tag_fact(key)

    def rest(covered: frozenset[str]) -> Verdict:
        return _contradicting([each for each in wrong if fact(each[0]) not in covered], own)

    return non_compliant(sentence("; ".join(text for _, text in wrong))).about(
        *(fact(key) for key, _ in wrong), rest=rest
    )


def _value_text(value: str | None) -> str:
    return "missing" if value is None else repr(value)


def _has_none(ids: Sequence[str]) -> str:
    return "has none" if len(ids) == 1 else "have none"
