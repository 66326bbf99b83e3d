"""The check of tags against the tag policy of the account's organization."""

from collections.abc import Iterator, Mapping

from muster.analysis.patterns import globs
from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags, TagRule
from muster.facets.tagging.tags import Tags
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, needs_tags=True)
def tags_follow_organization_policy(
    resource: Resource, tags: Tags, policy: EffectiveTagPolicy, required: RequiredTags
) -> Verdict:
    """Resources should follow the tag policy of their organization.

    The policy in force in the account, of all that it inherits: a key that it names must be capitalised as it says and
    have one of its values, in exact case, in which `*` stands for anything; a key that it requires of the resource's
    type must be there. Keys that it does not name, and those that AWS sets itself, are free.

    Problem: tags break the tag policy
    Why: Tag policies are enforced for few types and only when tags change; what was tagged before, or never, stays.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM use tag-role,
      tag-user and tag-policy.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies.html
    """
    rules = known(policy.rules)
    keys = required.by_type.get(resource.type, ())
    if not rules and not keys:
        return not_applicable("no tag policy of an organization is in force in this account")
    own = tags.own
    wrong = [f"{key} is missing, the policy requires it of {resource.type}" for key in keys if key not in own]
    wrong += [fault for rule in rules for fault in _broken(rule, own)]
    if wrong:
        return non_compliant("; ".join(wrong))
    named = sorted({rule.key for rule in rules} & set(own) | set(keys))
    return compliant(f"{', '.join(named)} as the policy says" if named else "it has none of the keys the policy names")


def _broken(rule: TagRule, own: Mapping[str, str]) -> Iterator[str]:
    for key in sorted(own):
        if key.casefold() != rule.key.casefold():
            continue
        if key != rule.key:
            yield f"{key} is spelled {rule.key} in the policy"
        if rule.values and not any(globs.starred(value, own[key]) for value in rule.values):
            yield f"{key} is {own[key]!r}, the policy allows {' or '.join(rule.values)}"
