"""Reading Amazon MSK: clusters, connectors of MSK Connect and their tags."""

from collections.abc import Mapping
from typing import Any

from muster.facets.messaging.msk import Connector, KafkaCluster
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after, listed, parsed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

_CLUSTER = "AWS::MSK::Cluster"
_CONNECTOR = "AWS::KafkaConnect::Connector"
_PAGE = 100
_NOT_THERE = frozenset({"CREATING", "DELETING", "FAILED"})


@lists(
    _CLUSTER, permission="kafka:ListClustersV2", facets=(KafkaCluster, Tags), page=_PAGE,
    arn="kafka:{region}:{account}:cluster/{id}/{}",
)  # fmt: skip
def clusters(kafka: Any, shard: Shard, token: str | None) -> Page:
    """List the clusters of a region, 100 a page; those that are being made or deleted, or failed, are left out.

    https://docs.aws.amazon.com/MSK/2.0/APIReference/v2-clusters.html
    """
    answer = kafka.list_clusters_v2(MaxResults=_PAGE, **after(token))
    items = (
        _listed(shard, item) for item in answer.get("ClusterInfoList") or () if item.get("State") not in _NOT_THERE
    )
    return Page(items, answer.get("NextToken"))


def _listed(shard: Shard, item: Mapping[str, Any]) -> Listed:
    tags = Tags.parse(tag_list(item.get("Tags")))
    resource = shard.resource(_CLUSTER, str(item["ClusterName"]), str(item["ClusterArn"]), tags.own)
    return Listed(resource, {KafkaCluster: parsed(KafkaCluster, item), Tags: tags})


@lists(
    _CONNECTOR, permission="kafkaconnect:ListConnectors", facets=(Connector,), page=_PAGE,
    on="arn:{partition}:kafkaconnect:*:*:connector/*", arn="kafkaconnect:{region}:{account}:connector/{id}/{}",
)  # fmt: skip
def connectors(kafkaconnect: Any, shard: Shard, token: str | None) -> Page:
    """List the connectors of a region, 100 a page; those that are being made or deleted, or failed, are left out.

    https://docs.aws.amazon.com/MSKC/latest/mskc/API_ListConnectors.html
    """
    answer = kafkaconnect.list_connectors(maxResults=_PAGE, **after(token, "nextToken"))
    items = (
        listed(shard.resource(_CONNECTOR, str(item["connectorName"]), str(item["connectorArn"])), item, (Connector,))
        for item in answer.get("connectors") or ()
        if item.get("connectorState") not in _NOT_THERE
    )
    return Page(items, answer.get("nextToken"))


connector_tags = reads(
    _CONNECTOR, Tags, "kafkaconnect:ListTagsForResource",
    lambda kafkaconnect, one: tag_list(kafkaconnect.list_tags_for_resource(resourceArn=one.key).get("tags")),
)  # fmt: skip
