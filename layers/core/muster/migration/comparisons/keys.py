"""Comparisons of the KMS keys of buckets and tables: what their policies admit."""

from muster.analysis.authorization.key_services import admission
from muster.facets.kms import Key
from muster.migration.comparison import compares
from muster.migration.relatives import BUCKET, TABLE
from muster.migration.replication.keys import key_of
from muster.migration.sides import Target
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_SERVICES = ("s3", "dynamodb", "lambda")


def target_key_admits_services(target: Target) -> Verdict:
    """Target keys should have a policy that admits S3, DynamoDB and Lambda.

    The services use a key with the rights of their callers. A policy admits a service by a statement for the account,
    which leaves it to IAM, by one for principals with a kms:ViaService of the service and region, or by one for the
    service principal. A Deny for the account's callers comes first; one for a single role is not counted. Service
    control policies are out of sight.

    Problem: key policy admits not all services
    Why: Everything that uses the key by way of the service fails with AccessDenied.
    Fix: `aws kms put-key-policy --key-id KEY-ARN --policy-name default --policy file://POLICY.json` The call replaces
      the policy. Keep the statements that exist, and allow kms:* to the account's root.
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    key = target.other("key")
    if key is None or not key.exists:
        return not_applicable("there is no KMS key of its own, or it does not exist")
    if known(key.facet("key", Key).manager) != "CUSTOMER":
        return not_applicable("AWS sets the policy of an AWS managed key")
    used = key_of(key)
    found = [(service, admission(used.policy, service, used.arn)) for service in _SERVICES]
    if refused := [f"{service}: {each.reason}" for service, each in found if each.admitted is False]:
        return non_compliant("; ".join(refused))
    if unknown := [f"{service}: {each.reason}" for service, each in found if each.admitted is None]:
        known(Unknown("; ".join(unknown)))
    return compliant("; ".join(f"{service}: admitted by {each.reason}" for service, each in found))


target_bucket_key_admits_services = compares(BUCKET, severity=Severity.HIGH)(target_key_admits_services)
target_table_key_admits_services = compares(TABLE, severity=Severity.HIGH)(target_key_admits_services)
