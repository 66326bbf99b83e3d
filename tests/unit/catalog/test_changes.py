"""The catalogue of changes: the resources that events of CloudTrail name, in every spelling."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog import change_ids, changes
from muster.catalog.catalog import load
from muster.catalog.changes import API_CALL, Change, ForeignEvent
from muster.configuration.selection import every_rule
from muster.model.arn import Named
from muster.model.finding import TAGGED

EVENTS = Path(__file__).parents[3] / "events"
OWN = "123456789012"
REGION = "eu-west-1"
CATALOGUE = changes.load()


def event(source: str, name: str, sent: Any = None, answered: Any = None, **detail: Any) -> dict[str, Any]:
    """Return an event as EventBridge delivers it."""
    return {
        "version": "0", "id": "e-1", "detail-type": API_CALL, "source": f"aws.{source}", "account": OWN,
        "time": "2026-11-28T10:00:05Z", "region": REGION, "resources": [],
        "detail": {
            "eventVersion": "1.11", "eventTime": "2026-11-28T10:00:00Z", "eventSource": f"{source}.amazonaws.com",
            "eventName": name, "awsRegion": REGION, "requestParameters": sent, "responseElements": answered,
            "eventID": "e-1", "readOnly": False, "recipientAccountId": OWN,
            "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{OWN}:assumed-role/admin/anna"},
            **detail,
        },
    }  # fmt: skip


def names(document: object) -> list[str]:
    """Return what an event names, as text."""
    return [str(each) for each in CATALOGUE.of(document).resources]


class TestTheCatalogue:
    def test_every_event_is_an_operation_of_the_service(self) -> None:
        """Where CloudTrail calls it otherwise than the API, the catalogue says which operation it is."""
        session = botocore.session.get_session()
        for source in CATALOGUE.sources.values():
            for name in [*source.names, *source.unnamed]:
                service, operation = source.operation(name).split(":")
                assert operation in session.get_service_model(service).operation_names, (source.source, name)

    def test_no_event_only_reads(self) -> None:
        read = ("Describe", "Get", "List", "Head", "Search", "Lookup")
        assert not [name for each in CATALOGUE.sources.values() for name in each.names if name.startswith(read)]

    def test_every_type_of_every_check_has_events(self) -> None:
        """A type without events would be listed in docs/near-real-time.md; that one is, whose types nobody knows."""
        judged = {rule.resource_type for rule in every_rule(load())}
        assert judged - CATALOGUE.types == {TAGGED}

    def test_every_type_is_one_that_a_check_judges(self) -> None:
        judged = {rule.resource_type for rule in every_rule(load())}
        assert CATALOGUE.types - judged == set()

    def test_unnamed_events_are_none_of_the_named_ones(self) -> None:
        for source in CATALOGUE.sources.values():
            assert not source.names.keys() & source.unnamed.keys()


@pytest.mark.parametrize(
    ("service", "resource"),
    [
        ("cloudwatch", f"arn:aws:cloudwatch:us-east-1:{OWN}:alarm:CloudTrail Test Alarm"),
        ("dax", f"arn:aws:dax:us-west-2:{OWN}:cache/daxcluster"),
        ("dynamodb", f"arn:aws:dynamodb:us-west-2:{OWN}:table/Music"),
        ("ec2", f"arn:aws:ec2:us-west-2:{OWN}:instance/i-1a2b3c4d"),
        ("ecs", f"arn:aws:ecs:us-east-1:{OWN}:cluster/default"),
        (
            "elasticloadbalancing",
            f"arn:aws:elasticloadbalancing:us-west-2:{OWN}:loadbalancer/app/my-load-balancer/ffcddace1759e1d0",
        ),
        ("iam", "AWS::IAM::Role TestRole"),
        ("kms", f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("lambda", f"arn:aws:lambda:us-east-1:{OWN}:function:basic-node-task"),
        ("s3", "arn:aws:s3:::bucket-test-iad"),
        ("sns", f"arn:aws:sns:us-east-2:{OWN}:exampletopic"),
        ("sqs", f"arn:aws:sqs:us-east-2:{OWN}:MyQueue"),
    ],
)
def test_the_examples_of_awss_documentation_name_their_resources(service: str, resource: str) -> None:
    """The files in events/ are the examples of each service's page about CloudTrail, with one account's id."""
    document = json.loads((EVENTS / f"change-{service}.json").read_text(encoding="utf-8"))
    assert names(document) == [resource]
    assert CATALOGUE.of(document).account_id == OWN


EC2 = f"arn:aws:ec2:{REGION}:{OWN}"


@pytest.mark.parametrize(
    ("document", "resources"),
    [
        pytest.param(
            event("ec2", "RunInstances", {},
                  {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}),
            [f"{EC2}:instance/i-1", f"{EC2}:instance/i-2"],
            id="a list of instances",
        ),
        pytest.param(
            event("ec2", "ModifyInstanceMetadataOptions",
                  {"ModifyInstanceMetadataOptionsRequest": {"InstanceId": "i-1", "HttpTokens": "required"}}),
            [f"{EC2}:instance/i-1"],
            id="a wrapped request of EC2",
        ),
        pytest.param(
            event("ec2", "ModifySecurityGroupRules", {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1"}}),
            [f"{EC2}:security-group/sg-1"],
            id="a wrapped request of a group",
        ),
        pytest.param(
            event("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-1"}),
            [f"{EC2}:security-group/sg-1"], id="a group",
        ),
        pytest.param(
            event("ec2", "AuthorizeSecurityGroupIngress", {"groupName": "web"},
                  {"securityGroupRuleSet": {"items": [{"groupId": "sg-1"}, {"groupId": "sg-1"}]}}),
            [f"{EC2}:security-group/sg-1"],
            id="a group by name, whose id is in the answer",
        ),
        pytest.param(
            event("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-1"}}}),
            [f"{EC2}:vpc/vpc-1"],
            id="an element with its tag",
        ),
        pytest.param(
            event("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {
                "ResourceId": [{"tag": 1, "content": "vpc-1"}, {"tag": 2, "content": "tgw-mcast-domain-1"}]}}),
            [f"{EC2}:vpc/vpc-1"],
            id="several elements, one of a type that is not judged",
        ),
        pytest.param(
            event("ec2", "CreateTags", {"resourcesSet": {"items": [
                {"resourceId": each}
                for each in ("i-1", "vol-1", "snap-1", "ami-1", "eipalloc-1", "lt-1", "tgw-1", "tgw-attach-1",
                             "cvpn-endpoint-1", "sfr-0a1b2c3d-0000-4000-8000-000000000000", "tgw-mcast-domain-1")]}}),
            [
                f"{EC2}:instance/i-1", f"{EC2}:volume/vol-1", f"arn:aws:ec2:{REGION}::snapshot/snap-1",
                f"arn:aws:ec2:{REGION}::image/ami-1", f"{EC2}:elastic-ip/eipalloc-1", f"{EC2}:launch-template/lt-1",
                f"{EC2}:transit-gateway/tgw-1", f"{EC2}:transit-gateway-attachment/tgw-attach-1",
                f"{EC2}:client-vpn-endpoint/cvpn-endpoint-1",
                f"{EC2}:spot-fleet-request/sfr-0a1b2c3d-0000-4000-8000-000000000000",
            ],
            id="tags by the prefix of the id",
        ),
        pytest.param(
            event("ec2", "CreateSnapshots", {}, {"CreateSnapshotsResponse": {"snapshotSet": {"item": {
                "snapshotId": "snap-1"}}}}),
            [f"arn:aws:ec2:{REGION}::snapshot/snap-1"],
            id="a wrapped answer with one element",
        ),
        pytest.param(
            event("ec2", "DeleteLaunchTemplate", {"DeleteLaunchTemplateRequest": {"LaunchTemplateName": "web"}},
                  {"DeleteLaunchTemplateResponse": {"launchTemplate": {"launchTemplateId": "lt-1"}}}),
            [f"{EC2}:launch-template/lt-1"],
            id="a template by name",
        ),
        pytest.param(
            event("apigateway", "UpdateStage", {"restApiId": "a1b2", "stageName": "prod"}),
            [f"arn:aws:apigateway:{REGION}::/restapis/a1b2/stages/prod"], id="a stage, by its API and its name",
        ),
        pytest.param(
            event("apigateway", "CreateRoute", {"apiId": "a1b2"}, {"routeId": "r9"}),
            [f"arn:aws:apigateway:{REGION}::/apis/a1b2/routes/r9"], id="a part of what was sent, a part of the answer",
        ),
        pytest.param(event("apigateway", "UpdateStage", {"stageName": "prod"}), [], id="a part is missing"),
        pytest.param(event("ec2", "EnableEbsEncryptionByDefault", {}), ["AWS::::Region 123456789012"], id="the region"),
        pytest.param(event("s3", "PutAccountPublicAccessBlock", {}), ["AWS::::Account 123456789012"], id="the account"),
        pytest.param(event("s3", "PutBucketPublicAccessBlock", {"bucketName": "shop"}), ["arn:aws:s3:::shop"], id="s3"),
        pytest.param(event("s3", "PutPublicAccessBlock", {"bucketName": "shop"}), ["arn:aws:s3:::shop"], id="API"),
        pytest.param(
            event("s3", "TagResource", {"resourceArn": f"arn:aws:s3:{REGION}:{OWN}:accesspoint/in"}),
            [f"arn:aws:s3:{REGION}:{OWN}:accesspoint/in"], id="any type by its ARN",
        ),
        pytest.param(
            event("dynamodb", "UpdateTable", {"tableName": f"arn:aws:dynamodb:{REGION}:{OWN}:table/orders"}),
            [f"arn:aws:dynamodb:{REGION}:{OWN}:table/orders"], id="an ARN where a name is usual",
        ),
        pytest.param(
            event("autoscaling", "RegisterScalableTarget", {"resourceId": "table/orders/index/by-day"}),
            [f"arn:aws:dynamodb:{REGION}:{OWN}:table/orders"], id="an index that is scaled",
        ),
        pytest.param(
            event("autoscaling", "RegisterScalableTarget", {"resourceId": "service/web/api"}), [], id="no table"
        ),
        *[
            pytest.param(
                event("lambda", "UpdateFunctionCode20150331v2", {"functionName": text}),
                [f"arn:aws:lambda:{REGION}:{OWN}:function:api"], id=text,
            )
            for text in ("api", "api:live", f"{OWN}:function:api", f"arn:aws:lambda:{REGION}:{OWN}:function:api:7")
        ],
        pytest.param(
            event("lambda", "DeleteEventSourceMapping20150331", {"uUID": "u"},
                  {"functionArn": f"arn:aws:lambda:{REGION}:{OWN}:function:api:live"}),
            [f"arn:aws:lambda:{REGION}:{OWN}:function:api"], id="the function of a mapping",
        ),
        pytest.param(
            event("lambda", "PutFunctionConcurrency20171031", {"functionName": "api"}),
            [f"arn:aws:lambda:{REGION}:{OWN}:function:api", "AWS::::Region 123456789012"],
            id="a function and what its region has left",
        ),
        pytest.param(
            event("ec2", "AssociateAddress", {"allocationId": "eipalloc-1", "instanceId": "i-1"}),
            [f"{EC2}:instance/i-1", f"{EC2}:elastic-ip/eipalloc-1"], id="an address and its instance",
        ),
        pytest.param(
            event("sns", "Subscribe", {"topicArn": f"arn:aws:sns:{REGION}:{OWN}:news"},
                  {"subscriptionArn": "pending confirmation"}), [], id="a subscription without an ARN",
        ),
        pytest.param(
            event("sns", "Unsubscribe", {"subscriptionArn": f"arn:aws:sns:{REGION}:999988887777:news:0a1b"}),
            [f"arn:aws:sns:{REGION}:999988887777:news:0a1b"], id="a subscription to another account's topic",
        ),
        pytest.param(
            event("sqs", "TagQueue", {"queueUrl": f"https://queue.amazonaws.com/{OWN}/jobs"}),
            [f"arn:aws:sqs:{REGION}:{OWN}:jobs"], id="a queue by its older URL",
        ),
        pytest.param(
            event("ecs", "UpdateService", {"cluster": f"arn:aws:ecs:{REGION}:{OWN}:cluster/web", "service": "api"}),
            [f"arn:aws:ecs:{REGION}:{OWN}:service/web/api"], id="a service with its cluster",
        ),
        pytest.param(
            event("ecs", "DeleteService", {"service": f"arn:aws:ecs:{REGION}:{OWN}:service/api"}),
            [f"arn:aws:ecs:{REGION}:{OWN}:service/default/api"], id="an older ARN of a service",
        ),
        pytest.param(
            event("ecs", "CreateService", {},
                  {"service": {"serviceArn": f"arn:aws:ecs:{REGION}:{OWN}:service/web/api"}}),
            [f"arn:aws:ecs:{REGION}:{OWN}:service/web/api"], id="a service by its ARN",
        ),
        pytest.param(
            event("elasticloadbalancing", "ModifyListener", {
                "listenerArn": f"arn:aws:elasticloadbalancing:{REGION}:{OWN}:listener/app/web/50dc/f2f7"}),
            [
                f"arn:aws:elasticloadbalancing:{REGION}:{OWN}:listener/app/web/50dc/f2f7",
                f"arn:aws:elasticloadbalancing:{REGION}:{OWN}:loadbalancer/app/web/50dc",
            ],
            id="a listener and its load balancer",
        ),
        pytest.param(
            event("elasticloadbalancing", "DeleteRule", {
                "ruleArn": f"arn:aws:elasticloadbalancing:{REGION}:{OWN}:listener-rule/app/web/50dc/f2f7/9683"}),
            [f"arn:aws:elasticloadbalancing:{REGION}:{OWN}:listener/app/web/50dc/f2f7"], id="the listener of a rule",
        ),
        pytest.param(
            event("elasticloadbalancing", "DeleteLoadBalancer", {"loadBalancerName": "old"}),
            [f"arn:aws:elasticloadbalancing:{REGION}:{OWN}:loadbalancer/old"], id="a Classic Load Balancer",
        ),
        pytest.param(
            event("kms", "DisableKey", {"keyId": "alias/shop"}, resources=[
                {"ARN": f"arn:aws:kms:{REGION}:{OWN}:key/1a2b", "accountId": OWN, "type": "AWS::KMS::Key"}]),
            [f"arn:aws:kms:{REGION}:{OWN}:key/1a2b"], id="a key by its alias",
        ),
        pytest.param(event("kms", "DisableKey", {"keyId": "alias/shop"}), [], id="an alias alone"),
        pytest.param(event("iam", "PutRolePolicy", {"roleName": "api"}), ["AWS::IAM::Role api"], id="a role by name"),
        pytest.param(
            event("iam", "CreatePolicyVersion", {"policyArn": f"arn:aws:iam::{OWN}:policy/app/read"}),
            [f"arn:aws:iam::{OWN}:policy/app/read"], id="a policy by ARN",
        ),
        pytest.param(
            event("iam", "SetDefaultPolicyVersion", {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}), [],
            id="a policy of AWS",
        ),
        pytest.param(
            event("logs", "AssociateKmsKey", {"resourceIdentifier": f"arn:aws:logs:{REGION}:{OWN}:log-group:shop:*"}),
            [f"arn:aws:logs:{REGION}:{OWN}:log-group:shop"], id="a log group by its identifier",
        ),
        pytest.param(
            event("monitoring", "DeleteAlarms", {"alarmNames": ["cpu", "a/b: c"]}),
            [f"arn:aws:cloudwatch:{REGION}:{OWN}:alarm:cpu", f"arn:aws:cloudwatch:{REGION}:{OWN}:alarm:a/b: c"],
            id="a list of names",
        ),
    ],
)  # fmt: skip
def test_what_an_event_names(document: dict[str, Any], resources: list[str]) -> None:
    assert names(document) == resources
    assert bool(CATALOGUE.of(document).ignored) == (not resources)


def test_both_names_of_lambdas_events_are_known() -> None:
    for name in ("DeleteFunction20150331", "DeleteFunction"):
        assert names(event("lambda", name, {"functionName": "api"}))


def test_an_event_says_when_who_and_where() -> None:
    found = CATALOGUE.of(event("s3", "CreateBucket", {"bucketName": "shop"}), "aws-cn")
    assert found == Change(
        "e-1", "CreateBucket", datetime(2026, 11, 28, 10, tzinfo=UTC), OWN, REGION,
        (Named("AWS::S3::Bucket", OWN, "", "shop", "arn:aws-cn:s3:::shop"),),
        actor=f"arn:aws:sts::{OWN}:assumed-role/admin/anna", created=True,
    )  # fmt: skip


def test_a_failed_call_changed_nothing() -> None:
    found = CATALOGUE.of(event("s3", "DeleteBucket", {"bucketName": "shop"}, errorCode="BucketNotEmpty"))
    assert (found.resources, found.ignored) == ((), "the call failed (BucketNotEmpty)")


def test_what_was_sent_may_be_left_out() -> None:
    """CloudTrail omits what is larger than 100 KB."""
    found = CATALOGUE.of(event("s3", "PutBucketPolicy", None))
    assert (found.resources, found.ignored) == ((), "it names no resource that is judged")


def test_an_event_that_no_check_reads_is_ignored() -> None:
    found = CATALOGUE.of(event("s3", "PutBucketCors", {"bucketName": "shop"}))
    assert found.ignored == "no check reads what s3.amazonaws.com PutBucketCors changes"


def test_the_state_of_an_instance_needs_no_trail() -> None:
    found = CATALOGUE.of({
        "version": "0", "id": "7bf7", "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2",
        "account": OWN, "time": "2026-11-11T21:29:54Z", "region": REGION, "resources": [f"{EC2}:instance/i-1"],
        "detail": {"instance-id": "i-1", "state": "terminated"},
    })  # fmt: skip
    assert [str(each) for each in found.resources] == [f"{EC2}:instance/i-1"]
    assert found.at == datetime(2026, 11, 11, 21, 29, 54, tzinfo=UTC)


GOOD = event("s3", "CreateBucket", {"bucketName": "shop"})


def _with(path: str, value: object) -> dict[str, Any]:
    document: Any = copy.deepcopy(GOOD)
    *above, last = path.split(".")
    for each in above:
        document = document[each]
    document[last] = value
    return document if not above else _top(path, value)


def _top(path: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    document["detail"][path.split(".")[1]] = value
    return document


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("text", "the message is no JSON object"),
        ([], "the message is no JSON object"),
        ({}, "detail-type is missing"),
        (_with("detail-type", "AWS Console Sign In via CloudTrail"), "detail-type is 'AWS Console Sign In"),
        (_with("detail", None), "detail is no JSON object"),
        (_with("account", "shop"), "account is 'shop', no account id of 12 digits"),
        (_with("region", 7), "region is 7, no string"),
        (_with("detail.eventSource", None), "eventSource is missing"),
        (_with("detail.eventName", ["x"]), "eventName is .*, no string"),
        (_with("detail.eventTime", "yesterday"), "eventTime is 'yesterday', no time"),
    ],
)
def test_an_event_of_another_shape_is_named(document: object, says: str) -> None:
    with pytest.raises(ForeignEvent, match=says):
        CATALOGUE.of(document)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["i-1", "arn:aws:s3:::shop"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["bucketName", "instancesSet", "items", "instanceId", "FooRequest", "content", "resourceId"])
        | st.text(max_size=5),
        inner, max_size=3,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(sorted(changes.event_names(CATALOGUE.sources.values()))), _JSON, _JSON, st.booleans())
def test_whatever_was_sent_and_answered_an_event_is_understood(
    name: tuple[str, str], sent: object, answered: object, failed: bool
) -> None:
    document = event(name[0].partition(".")[0], name[1], sent, answered, errorCode="Denied" if failed else None)
    document["detail"]["eventSource"] = name[0]
    found = CATALOGUE.of(document)
    assert bool(found.resources) != bool(found.ignored)
    assert all(each.account_id == OWN and each.resource_type for each in found.resources)


def test_values_are_read_from_the_first_place_that_has_any() -> None:
    detail = {"requestParameters": {"XRequest": {"Name": "b"}, "name": "a"}, "resources": [{"ARN": "c"}]}
    assert list(change_ids.values(detail, "r.name")) == ["a"]
    assert list(change_ids.values(detail, "resources[].ARN")) == ["c"]
    assert list(change_ids.values(detail, "s.name")) == []
