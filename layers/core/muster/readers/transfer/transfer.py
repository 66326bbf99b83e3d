"""Reading Transfer Family: servers, connectors, and their tags."""

from collections.abc import Mapping
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.facets.transfer.transfer import TransferConnector, TransferServer
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

SERVER = "AWS::Transfer::Server"
CONNECTOR = "AWS::Transfer::Connector"
_PAGE = 1000
_SERVERS = "arn:{partition}:transfer:*:*:server/*"
_CONNECTORS = "arn:{partition}:transfer:*:*:connector/*"


@lists(
    SERVER, permission="transfer:ListServers", page=_PAGE, arn="transfer:{region}:{account}:server/{id}", on=_SERVERS,
    gone=("ResourceNotFoundException",),
    made=lambda shard, name: Listed(shard.resource(SERVER, name, shard.arn("transfer", f"server/{name}"))),
)  # fmt: skip
def servers(transfer: Any, shard: Shard, token: str | None) -> Page:
    """List the servers of a region, 1000 a page; those that are stopped too.

    https://docs.aws.amazon.com/transfer/latest/APIReference/API_ListServers.html
    """
    answer = transfer.list_servers(MaxResults=_PAGE, **after(token))
    items = (
        Listed(shard.resource(SERVER, str(item["ServerId"]), str(item["Arn"]))) for item in answer.get("Servers", ())
    )
    return Page(items, answer.get("NextToken"))


@lists(
    CONNECTOR, permission="transfer:ListConnectors", page=_PAGE, arn="transfer:{region}:{account}:connector/{id}",
    on=_CONNECTORS,
    gone=("ResourceNotFoundException",),
    made=lambda shard, name: Listed(shard.resource(CONNECTOR, name, shard.arn("transfer", f"connector/{name}"))),
)  # fmt: skip
def connectors(transfer: Any, shard: Shard, token: str | None) -> Page:
    """List the connectors of a region, 1000 a page.

    https://docs.aws.amazon.com/transfer/latest/APIReference/API_ListConnectors.html
    """
    answer = transfer.list_connectors(MaxResults=_PAGE, **after(token))
    items = (
        Listed(shard.resource(CONNECTOR, str(item["ConnectorId"]), str(item["Arn"])))
        for item in answer.get("Connectors", ())
    )
    return Page(items, answer.get("NextToken"))


server = reads(
    SERVER, TransferServer, "transfer:DescribeServer",
    lambda transfer, one: transfer.describe_server(ServerId=one.id),
)  # fmt: skip

connector = reads(
    CONNECTOR, TransferConnector, "transfer:DescribeConnector",
    lambda transfer, one: transfer.describe_connector(ConnectorId=one.id),
)  # fmt: skip


def _tags(transfer: Any, one: Resource) -> Mapping[str, Any]:
    return all_pages(transfer, "list_tags_for_resource", "Tags", Arn=one.key)


server_tags, connector_tags = (reads(each, Tags, "transfer:ListTagsForResource", _tags) for each in (SERVER, CONNECTOR))
