"""The check of tags against the tag policy of the organization."""

from collections.abc import Iterator, Mapping, Sequence

from muster.analysis.patterns import globs
from muster.checks.tagging.tags import spelling_fact, tag_fact
from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags, TagRule
from muster.facets.tagging.tags import Tags
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence


@check(severity=Severity.MEDIUM, needs_tags=True, yields_to=("required-tags",))
def tags_follow_organization_policy(
    resource: Resource, tags: Tags, policy: EffectiveTagPolicy, required: RequiredTags
) -> Verdict:
    """Resources should follow the tag policy of their organization.

    The check uses the effective tag policy of the account. A key that the policy names must be capitalised as in the
    policy and have one of its values, in exact case, where `*` stands for any text. A key that the policy requires for
    the resource type must exist. Other keys, and those that AWS sets itself, are free.

    Problem: tags break the tag policy
    Why: AWS enforces tag policies for a few resource types only, and only when tags change. Older resources keep wrong
      tags.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM roles, users and
      policies use tag-role, tag-user and tag-policy. If the resource is defined in code, add the tag there.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies.html
    """
    rules = known(policy.rules)
    keys = required.by_type.get(resource.type, ())
    if not rules and not keys:
        return not_applicable("The account has no effective tag policy")
    own = tags.own
    wrong = [
        (tag_fact(key), f"tag {key} is missing; the tag policy requires it for {resource.type}")
        for key in keys
        if key not in own
    ]
    wrong += [fault for rule in rules for fault in _broken(rule, own)]
    if wrong:
        return _failing(wrong, keys)
    named = sorted({rule.key for rule in rules} & set(own) | set(keys))
    return compliant(
        f"Follows the tag policy: {', '.join(named)}" if named else "The resource has no tag that the policy names"
    )


def _failing(wrong: Sequence[tuple[str, str]], keys: Sequence[str]) -> Verdict:
    """Return the failure of some facts; the fix adds the first of the keys that is missing."""
    missing = next((key for key in keys if tag_fact(key) in dict(wrong)), "")
    verdict = non_compliant(sentence("; ".join(text for _, text in wrong)), key=missing)

    def rest(covered: frozenset[str]) -> Verdict:
        return _failing([each for each in wrong if each[0] not in covered], keys)

    return verdict.about(*(fact for fact, _ in wrong), rest=rest)


def _broken(rule: TagRule, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key in sorted(own):
        if key.casefold() != rule.key.casefold():
            continue
        if key != rule.key:
            fact = spelling_fact(key) if rule.key in own else tag_fact(rule.key)
            yield fact, f"tag key {key} is spelled {rule.key} in the tag policy"
        if rule.values and not any(globs.starred(value, own[key]) for value in rule.values):
            yield tag_fact(key), f"tag {key} is {own[key]!r}; the tag policy allows {' or '.join(rule.values)}"
