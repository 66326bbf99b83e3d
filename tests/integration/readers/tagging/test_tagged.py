"""Resources without a lister, by their tags: what another lister lists is left out, the rest is counted by type."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.tagging.tags import Tags
from muster.model.arn import ArnForm
from muster.model.finding import TAGGED
from muster.model.listing import Page
from muster.model.shard import Shard
from muster.readers.tagging.tagged import tagged_resources

HERE = "eu-west-1"
ME = "123456789012"
SHARD = Shard(ME, HERE, "resourcegroupstaggingapi", HERE, (HERE,))
KNOWN = {
    "ec2": [ArnForm("ec2:{region}:{account}:instance/{id}"), ArnForm("ec2:{region}::snapshot/{id}")],
    "logs": [ArnForm("logs:{region}:{account}:log-group:{id...}")],
    "s3": [ArnForm("s3:::{id}")],
}


def arn(text: str) -> str:
    return f"arn:aws:{text.replace('R:A', f'{HERE}:{ME}')}"


def page(*arns: str, token: str = "", answered: str | None = "") -> Page:
    """Return the page of an answer that has these ARNs."""
    client: Any = boto3.session.Session("a", "b", region_name=HERE).client("resourcegroupstaggingapi")
    tags = [{"Key": "Owner", "Value": "web"}, {"Key": "aws:stack", "Value": "x"}]
    answer = {"ResourceTagMappingList": [{"ResourceARN": each, "Tags": tags} for each in arns]}
    sent: dict[str, Any] = {"ResourcesPerPage": 100} | ({"PaginationToken": token} if token else {})
    with Stubber(client) as stub:
        stub.add_response("get_resources", answer | ({} if answered is None else {"PaginationToken": answered}), sent)
        return tagged_resources.function(client, SHARD, token or None, known=KNOWN)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("ec2:R:A:instance/i-1", False, id="a type with a lister"),
        pytest.param("ec2:R:A:subnet/subnet-1", True, id="another type of the same service"),
        pytest.param("ec2:R:A:snapshot/snap-1", False, id="a snapshot with an account, which others write without"),
        pytest.param("ec2:eu-west-1::snapshot/snap-1", False, id="a snapshot without an account"),
        pytest.param("glue:R:A:job/nightly", True, id="a service without a lister"),
        pytest.param("logs:R:A:log-group:/app:*", False, id="a log group as CloudWatch Logs writes it"),
        pytest.param("s3:::shop", False, id="an ARN without region and account"),
        pytest.param("globalaccelerator::123456789012:accelerator/a", True, id="an ARN without region"),
        pytest.param("events:R:A:rule/bus/nightly", True, id="a name with a path"),
    ],
)
def test_what_another_lister_lists_is_left_out(text: str, *, left: bool) -> None:
    items = list(page(arn(text)).items)
    assert [item.resource.arn for item in items] == ([arn(text)] if left else [])


def test_a_resource_is_named_by_its_arn_and_belongs_to_the_region_that_was_read() -> None:
    (item,) = page(arn("glue:R:A:job/nightly")).items
    assert (item.resource.type, item.resource.id) == (TAGGED, arn("glue:R:A:job/nightly"))
    assert (item.resource.account_id, item.resource.region) == (ME, HERE)
    assert item.resource.tags == {"Owner": "web"}
    assert item.facets == {Tags: Tags({"Owner": "web", "aws:stack": "x"})}


@pytest.mark.parametrize(("answered", "then"), [("", None), (None, None), ("more", "more")])
def test_the_next_page_has_a_token_that_is_not_empty(answered: str | None, then: str | None) -> None:
    assert page(arn("ec2:R:A:instance/i-1"), token="t", answered=answered).then == then
