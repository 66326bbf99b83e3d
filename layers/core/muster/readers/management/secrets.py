"""Reading Secrets Manager: the secrets of a region, without their values."""

import typing

from muster.facets.management.secrets import Secret
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_TYPE = "AWS::SecretsManager::Secret"


@lists(
    _TYPE, permission="secretsmanager:ListSecrets", facets=(Secret, Tags), page=100,
    on="arn:{partition}:secretsmanager:*:*:secret:*", arn="secretsmanager:{region}:{account}:secret:{id...}-{}",
    gone=("ResourceNotFoundException",),
)  # fmt: skip
def secrets(secretsmanager: "SecretsManagerClient", shard: Shard, token: str | None) -> Page:
    """List the secrets of a region, 100 a page; those that are scheduled for deletion are left out.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
    """
    answer = secretsmanager.list_secrets(MaxResults=100, **after(token))
    items = (
        listed(shard.resource(_TYPE, str(item["Name"]), str(item["ARN"]), Tags.parse(item).own), item, (Secret, Tags))
        for item in answer.get("SecretList", ())
    )
    return Page(items, answer.get("NextToken"))
