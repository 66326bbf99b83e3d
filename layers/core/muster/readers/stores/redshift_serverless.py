"""Reading Redshift Serverless: workgroups, namespaces and their tags."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.stores.redshift import RedshiftNamespace, RedshiftWorkgroup
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_redshift_serverless import RedshiftServerlessClient

_WORKGROUP = "AWS::RedshiftServerless::Workgroup"
_NAMESPACE = "AWS::RedshiftServerless::Namespace"
_PAGE = 100
_NOT_THERE = frozenset({"CREATING", "DELETING"})


@lists(
    _WORKGROUP, permission="redshift-serverless:ListWorkgroups", facets=(RedshiftWorkgroup,), page=_PAGE,
    arn="redshift-serverless:{region}:{account}:workgroup/{id}",
)  # fmt: skip
def workgroups(serverless: "RedshiftServerlessClient", shard: Shard, token: str | None) -> Page:
    """List the workgroups of a region, 100 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_ListWorkgroups.html
    """
    answer = serverless.list_workgroups(maxResults=_PAGE, **after(token, "nextToken"))
    items = (
        listed(shard.resource(_WORKGROUP, item["workgroupName"], item["workgroupArn"]), item, (RedshiftWorkgroup,))
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("workgroups", ()))
        if item.get("status") not in _NOT_THERE
    )
    return Page(items, answer.get("nextToken"))


@lists(
    _NAMESPACE, permission="redshift-serverless:ListNamespaces", facets=(RedshiftNamespace,), page=_PAGE,
    arn="redshift-serverless:{region}:{account}:namespace/{id}",
)  # fmt: skip
def namespaces(serverless: "RedshiftServerlessClient", shard: Shard, token: str | None) -> Page:
    """List the namespaces of a region, 100 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_ListNamespaces.html
    """
    answer = serverless.list_namespaces(maxResults=_PAGE, **after(token, "nextToken"))
    items = (
        listed(shard.resource(_NAMESPACE, item["namespaceName"], item["namespaceArn"]), item, (RedshiftNamespace,))
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("namespaces", ()))
        if item.get("status") not in _NOT_THERE
    )
    return Page(items, answer.get("nextToken"))


def _tags(serverless: "RedshiftServerlessClient", resource: Resource) -> Mapping[str, Any]:
    found = serverless.list_tags_for_resource(resourceArn=resource.key).get("tags") or ()
    return {"Tags": [{"Key": each["key"], "Value": each["value"]} for each in found]}


workgroup_tags = reads(
    _WORKGROUP, Tags, "redshift-serverless:ListTagsForResource", _tags,
    on="arn:{partition}:redshift-serverless:*:*:workgroup/*",
)  # fmt: skip

namespace_tags = reads(
    _NAMESPACE, Tags, "redshift-serverless:ListTagsForResource", _tags,
    on="arn:{partition}:redshift-serverless:*:*:namespace/*",
)  # fmt: skip
