"""Checks of access to DynamoDB tables by their own policies."""

from muster.analysis.policies.access import foreign
from muster.facets.dynamodb.tables import TablePolicy
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant
from muster.model.text import listed

_SHOWN = 4


@check(severity=Severity.MEDIUM)
def dynamodb_table_policy_not_cross_account(
    policy: TablePolicy, resource: Resource, *, trusted_accounts: tuple[str, ...] = ()
) -> Verdict:
    """DynamoDB table policies should not give other accounts access.

    The check fails if the resource-based policy of the table allows a principal of another account, or everyone, any
    action on the table or its indexes. Accounts in `trusted_accounts` are excepted. A condition counts if it limits the
    caller to the table's own account or to trusted ones. The policy of the stream is not checked.

    Problem: table policy admits other accounts
    Why: Users and roles of another account can read or change the items. You cannot see which of them that account
      gives the permission.
    Fix: Save the policy: `aws dynamodb get-resource-policy --resource-arn ARN --query Policy --output text > NAME.json`
      In this file, remove the principals of other accounts. Then replace the policy with the file: `aws dynamodb
      put-resource-policy --resource-arn ARN --policy file://NAME.json`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-cross-account-access.html
    """
    document = known(policy.policy)
    if not document.statements:
        return compliant("The table has no resource-based policy")
    found = foreign(document, resource.account_id, ("dynamodb:*",), trusted_accounts)
    if found:
        return non_compliant(f"Table policy gives access to {listed(found, _SHOWN)}")
    return compliant("Table policy gives access to no other account")
