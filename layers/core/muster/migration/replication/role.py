"""The role that S3 assumes to replicate a bucket, and the requests that it makes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster.analysis.authorization.families import all_objects
from muster.analysis.authorization.requests import Request
from muster.analysis.authorization.roles import Decision, Role
from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import read_policy
from muster.facets.s3.buckets import BucketOwnershipControls, BucketPolicy
from muster.facets.s3.resilience import BucketObjectLock
from muster.migration.replication.rules import rules_between
from muster.migration.sides import Side, Source, Target
from muster.model.finding import Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.snapshots.snapshot import Snapshot

ON_SOURCE_BUCKET = ("s3:GetReplicationConfiguration", "s3:ListBucket")
ON_DESTINATION_BUCKET = ("s3:ListBucket", "s3:GetBucketVersioning", "s3:PutBucketVersioning")
"""What the policy of a destination in another account must allow on the bucket.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
"""
_ON_SOURCE_OBJECTS = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
_ON_DESTINATION_OBJECTS = ("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags")
_LOCKED = ("s3:GetObjectRetention", "s3:GetObjectLegalHold")


def role_of(source: Source) -> Role | Verdict:
    """Return the role of the source's replication, or why nothing can be said of it.

    Raises:
        UnknownField: a policy of it was not read, or is none.
    """
    role = source.other("role")
    if role is None:
        return not_applicable("the source has no replication rules: see target-bucket-replication-rule")
    if not role.exists:
        return not_applicable(
            f"the role {role.resource.id} does not exist: see target-bucket-replication-role-trusts-s3"
        )
    inline = [
        (f"the inline policy {each['PolicyName']}", _policy(each))
        for each in role.answer("inline-policies").get("Policies") or ()
    ]
    attached = [
        (f"the policy {each['PolicyName']}", _policy(each))
        for each in role.answer("attached-policies").get("AttachedPolicies") or ()
    ]
    boundary = role.answer("boundary")
    return Role(str(role.resource.arn), (*inline, *attached), _policy(boundary) if boundary else None)


def trust_of(role: Snapshot) -> Policy:
    """Return the trust policy of a role.

    Raises:
        UnknownField: it was not read, or is no policy.
    """
    return _policy({"PolicyName": "trust", "PolicyDocument": role.answer("role")["Role"]["AssumeRolePolicyDocument"]})


def bucket_policy(side: Side) -> Policy:
    """Return the policy of a side's bucket, without statements where it has none.

    Raises:
        UnknownField: it was not read, or is no policy.
    """
    return known(side.own.facet("policy", BucketPolicy).policy)


def bucket_arn(side: Side) -> str:
    """Return the ARN of a side's bucket."""
    return side.resource.arn or f"arn:{side.resource.partition}:s3:::{side.resource.id}"


def on_source_objects(source: Source) -> tuple[str, ...]:
    """Return the actions that the role needs on the source's objects."""
    return (*_ON_SOURCE_OBJECTS, *(_LOCKED if _locked(source) else ()))


def on_destination_objects(source: Source, target: Target) -> tuple[str, ...]:
    """Return the actions that the role needs on the target's objects, by the rules that count.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
    """
    return (*_ON_DESTINATION_OBJECTS, *_besides(source, target))


def admitted_on_objects(source: Source, target: Target) -> tuple[str, ...]:
    """Return the actions that a target's policy must allow to a role of another account; ReplicateObject has tags."""
    return (*_ON_DESTINATION_OBJECTS[:2], *_besides(source, target))


def requests(side: Side, role: Role, actions: Iterable[str], *, objects: bool = False) -> Iterator[tuple[str, Request]]:
    """Yield each action with the request that the role makes, on the bucket or on all of its objects."""
    owner = side.resource.account_id
    arn = bucket_arn(side)
    for action in actions:
        yield (
            action,
            Request(
                action.lower(),
                all_objects(arn) if objects else arn,
                context(role, {"aws:resourceaccount": owner, "s3:resourceaccount": owner}),
            ),
        )


def context(role: Role, besides: Mapping[str, str]) -> Mapping[str, str | None]:
    """Return what is known of all requests of the role, and more, by condition key in lower case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    return {
        "aws:principalarn": role.arn,
        "aws:principalaccount": role.account,
        "aws:principalisawsservice": "false",
        "aws:principaltype": "AssumedRole",
        "aws:securetransport": "true",
        **besides,
    }


def verdict_on(decisions: Iterable[tuple[str, Decision]], where: str, good: str) -> Verdict:
    """Return the verdict on actions: actions that are not allowed come first, and an undecided one is unread.

    Raises:
        UnknownField: of some it is not known whether they are allowed, and no other is refused.
    """
    made = [*decisions]
    if refused := _reasons(made, allowed=False):
        return non_compliant(f"not allowed on {where}: {refused}")
    if unknown := _reasons(made, allowed=None):
        known(Unknown(f"not known whether allowed on {where}: {unknown}"))
    return compliant(good)


def _reasons(decisions: Iterable[tuple[str, Decision]], *, allowed: bool | None) -> str:
    """Return the actions that were decided so, those with the same reason together; each action once."""
    actions: dict[str, list[str]] = {}
    for action, decision in decisions:
        if decision.allowed is allowed and action not in (found := actions.setdefault(decision.reason, [])):
            found.append(action)
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in actions.items())


def _besides(source: Source, target: Target) -> Iterator[str]:
    rules = rules_between(source, target).counting
    if any(rule.translated for rule in rules) and not enforces_owner(target):
        yield "s3:ObjectOwnerOverrideToBucketOwner"
    if _locked(source):
        yield "s3:PutObjectLegalHold"


def enforces_owner(target: Target) -> bool:
    """Whether the bucket's owner owns all objects, also those of other writers: no owner needs to be overridden."""
    return known(target.own.facet("ownership", BucketOwnershipControls).object_ownership) == "BucketOwnerEnforced"


def _locked(source: Source) -> bool:
    return source.own.facet("object-lock", BucketObjectLock).enabled


def _policy(item: Mapping[str, Any]) -> Policy:
    try:
        return read_policy(item["PolicyDocument"])
    except (KeyError, ValueError) as error:
        name = item.get("PolicyName") or item.get("PermissionsBoundaryArn") or "a policy"
        return known(Unknown(f"the policy {name} of the role cannot be understood: {error}"))
