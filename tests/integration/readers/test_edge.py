"""Reading ACM, Route 53, AWS WAF, Kinesis and CodeBuild against AWS's documented answers."""

from typing import Any

import boto3
from botocore.stub import Stubber

from muster.facets.edge.acm import KEY_TYPES
from muster.facets.tagging.tags import Tags
from muster.model.finding import GLOBAL, REGION, Resource
from muster.model.shard import Shard
from muster.readers import codebuild, kinesis
from muster.readers.edge import acm, route53, wafv2

HERE, HOME, ACCOUNT = "eu-west-1", "us-east-1", "123456789012"


def shard(region: str, service: str) -> Shard:
    return Shard(ACCOUNT, region, service, HERE if region == GLOBAL else region, (region,))


def listed(lister: Any, client: Any, where: Shard) -> list[Resource]:
    found, token = [], None
    while True:
        page = lister.function(client, where, token)
        found += [each.resource for each in page.items]
        if (token := page.then) is None:
            return found


def test_certificates_of_every_key_type_are_listed() -> None:
    client = boto3.client("acm", HERE)
    asked = {"MaxItems": 1000, "Includes": {"keyTypes": list(KEY_TYPES)}}
    arns = [f"arn:aws:acm:{HERE}:{ACCOUNT}:certificate/{name}" for name in "ab"]
    with Stubber(client) as stub:
        one, two = ({"CertificateSummaryList": [{"CertificateArn": arn}]} for arn in arns)
        stub.add_response("list_certificates", {**one, "NextToken": "t"}, asked)
        stub.add_response("list_certificates", two, {**asked, "NextToken": "t"})
        assert [each.arn for each in listed(acm.certificates, client, shard(HERE, "acm"))] == arns


def test_hosted_zones_are_listed_by_their_bare_ids_and_tagged_ten_a_call() -> None:
    client = boto3.client("route53", HERE)
    zone = {"Id": "/hostedzone/Z1", "Name": "a.example.", "CallerReference": "1"}
    with Stubber(client) as stub:
        end: dict[str, Any] = {"IsTruncated": False, "MaxItems": "100", "Marker": ""}
        stub.add_response("list_hosted_zones", {"HostedZones": [zone], **end}, {"MaxItems": "100"})
        (found,) = listed(route53.hosted_zones, client, shard(GLOBAL, "route53"))
        assert (found.id, found.arn) == ("Z1", "arn:aws:route53:::hostedzone/Z1")
        answer = {"ResourceType": "hostedzone", "ResourceId": "Z1", "Tags": [{"Key": "Owner", "Value": "web"}]}
        asked = {"ResourceType": "hostedzone", "ResourceIds": ["Z1"]}
        stub.add_response("list_tags_for_resources", {"ResourceTagSets": [answer]}, asked)
        assert route53.tags.function(client, [found]) == {"Z1": Tags({"Owner": "web"})}


def web_acl(region: str, scope: str, name: str) -> dict[str, str]:
    return {
        "Name": name,
        "Id": f"id-{name}",
        "ARN": f"arn:aws:wafv2:{region}:{ACCOUNT}:{scope}/webacl/{name}/id-{name}",
    }


def test_web_acls_of_cloudfront_are_listed_in_one_region_after_the_others() -> None:
    client = boto3.client("wafv2", HOME)
    asked = {"Scope": "REGIONAL", "Limit": 100}
    with Stubber(client) as stub:
        one, two, three = web_acl(HOME, "regional", "a"), web_acl(HOME, "regional", "b"), web_acl(HOME, "global", "c")
        stub.add_response("list_web_acls", {"WebACLs": [one], "NextMarker": "a"}, asked)
        stub.add_response("list_web_acls", {"WebACLs": [two]}, {**asked, "NextMarker": "a"})
        stub.add_response("list_web_acls", {"WebACLs": [three]}, {**asked, "Scope": "CLOUDFRONT"})
        found = listed(wafv2.web_acls, client, shard(HOME, "wafv2"))
        named = {"Name": "c", "Id": "id-c", "Scope": "CLOUDFRONT"}
        stub.add_response("get_web_acl", {}, named)
        wafv2.web_acl.function(client, found[-1])
    assert [each.id for each in found] == ["id-a", "id-b", "id-c"]


def test_elsewhere_only_regional_web_acls_are_listed_and_an_empty_page_is_the_last() -> None:
    client = boto3.client("wafv2", HERE)
    with Stubber(client) as stub:
        stub.add_response("list_web_acls", {"WebACLs": [], "NextMarker": "a"}, {"Scope": "REGIONAL", "Limit": 100})
        assert listed(wafv2.web_acls, client, shard(HERE, "wafv2")) == []


def test_streams_that_are_made_or_deleted_are_left_out() -> None:
    client = boto3.client("kinesis", HERE)
    items = [
        {"StreamName": name, "StreamARN": f"arn:{name}", "StreamStatus": state}
        for name, state in (("a", "ACTIVE"), ("b", "CREATING"), ("c", "DELETING"), ("d", "UPDATING"))
    ]
    with Stubber(client) as stub:
        answer = {"StreamNames": [], "HasMoreStreams": False, "StreamSummaries": items}
        stub.add_response("list_streams", answer, {"Limit": 100})
        assert [each.id for each in listed(kinesis.streams, client, shard(HERE, "kinesis"))] == ["a", "d"]


def test_projects_are_described_a_hundred_a_call() -> None:
    client = boto3.client("codebuild", HERE)
    names = [f"p{number}" for number in range(101)]
    with Stubber(client) as stub:
        stub.add_response("list_projects", {"projects": names})
        for batch in (names[:100], names[100:]):
            projects = [{"name": name, "arn": f"arn:{name}"} for name in batch]
            stub.add_response("batch_get_projects", {"projects": projects}, {"names": batch})
        found = codebuild.all_projects.function(client, Resource(REGION, HERE, ACCOUNT, HERE))
    assert [each.name for each in found.all] == names
