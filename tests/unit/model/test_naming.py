"""ARNs name resources of one type, and back; a listing is narrowed to what is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.model.arn import ArnForm, Named, parsed_arn
from muster.model.finding import ACCOUNT, TAGGED, Resource
from muster.model.listing import filtered, prefixed

FORMS = {name: lister.arn for name, lister in load().listers.items() if lister.arn}
OWN = "111122223333"


def test_every_listed_type_says_how_its_arns_look() -> None:
    assert FORMS.keys() == load().listers.keys() - {TAGGED}


@pytest.mark.parametrize(
    ("arn", "resource_type", "region", "account", "name"),
    [
        ("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "AWS::EC2::Instance", "eu-west-1", OWN, "i-1"),
        ("arn:aws:ec2:eu-west-1::image/ami-1", "AWS::EC2::Image", "eu-west-1", "", "ami-1"),
        ("arn:aws-cn:s3:::shop-data", "AWS::S3::Bucket", "", "", "shop-data"),
        ("arn:aws:s3:eu-west-1:111122223333:accesspoint/in", "AWS::S3::AccessPoint", "eu-west-1", OWN, "in"),
        ("arn:aws:iam::111122223333:role/service/app/api", "AWS::IAM::Role", "", OWN, "api"),
        ("arn:aws:iam::111122223333:role/api", "AWS::IAM::Role", "", OWN, "api"),
        ("arn:aws:sns:eu-west-1:111122223333:news", "AWS::SNS::Topic", "eu-west-1", OWN, "news"),
        ("arn:aws:sns:eu-west-1:111122223333:news:0a1b", "AWS::SNS::Subscription", "eu-west-1", OWN, "0a1b"),
        ("arn:aws:ecs:eu-west-1:111122223333:service/web/api", "AWS::ECS::Service", "eu-west-1", OWN, "web/api"),
        ("arn:aws:ecs:eu-west-1:111122223333:task-definition/a:7", "AWS::ECS::TaskDefinition", "eu-west-1", OWN, "a:7"),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc",
            "AWS::ElasticLoadBalancingV2::LoadBalancer", "eu-west-1", OWN, "web",
        ),
        (
            "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:CPU: high/low",
            "AWS::CloudWatch::Alarm", "eu-west-1", OWN, "CPU: high/low",
        ),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/shop/a", "AWS::Logs::LogGroup", "eu-west-1", OWN, "/shop/a"),
    ],
)  # fmt: skip
def test_an_arn_names_a_resource(arn: str, resource_type: str, region: str, account: str, name: str) -> None:
    assert parsed_arn(arn, FORMS) == (Named(resource_type, account, region, name, arn),)


def test_an_arn_of_a_search_domain_may_name_a_domain_of_either_engine() -> None:
    found = parsed_arn("arn:aws:es:eu-west-1:111122223333:domain/logs", FORMS)
    assert {each.resource_type for each in found} == {"AWS::Elasticsearch::Domain", "AWS::OpenSearchService::Domain"}


def test_the_streams_of_a_log_group_name_the_group() -> None:
    arn = "arn:aws:logs:eu-west-1:111122223333:log-group:shop"
    assert parsed_arn(f"{arn}:*", FORMS) == parsed_arn(arn, FORMS)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::photos/holiday.jpg",
        "arn:aws:ec2:eu-west-1:111122223333:fleet/fleet-1",
        "arn:aws:lambda:eu-west-1:111122223333:function:api:live",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026",
        "arn:aws:ec2:eu-west-1:12:instance/i-1",
        "arn:aws:ec2:eu-west-1:111122223333:instance/i-1\n",
    ],
)
def test_other_arns_name_nothing_that_is_judged(arn: str) -> None:
    assert parsed_arn(arn, FORMS) == ()


def test_a_text_that_is_no_arn_is_refused() -> None:
    with pytest.raises(ValueError, match="is not an ARN"):
        parsed_arn("i-0123", FORMS)


@given(st.sampled_from(sorted(FORMS)), st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True))
def test_an_arn_that_is_made_of_an_id_names_it(resource_type: str, name: str) -> None:
    form = FORMS[resource_type]
    arn = form.arn("aws", "eu-west-1", OWN, name)
    if not arn:
        assert "{}" in form.text or "{...}" in form.text
        return
    found = parsed_arn(arn, FORMS)
    assert (resource_type, name) in {(each.resource_type, each.id) for each in found}


def test_what_a_form_looks_like() -> None:
    assert ArnForm("iam::{account}:role/{...}{id}").shape("aws-cn") == "arn:aws-cn:iam::ACCOUNT:role/PATH/ID"


def test_a_name_fits_the_resource_by_its_arn_or_by_its_id() -> None:
    one = Resource("Test::Box", "a", OWN, "eu-west-1", arn="arn:aws:box:eu-west-1:111122223333:a")
    assert Named("Test::Box", OWN, id="a").names(one)
    assert Named("Test::Box", OWN, id="x", arn=one.key).names(one)
    assert not Named("Test::Box", OWN, id="a", arn="arn:aws:box:eu-west-1:111122223333:other").names(one)
    assert not Named("Test::Box", "999988887777", id="a").names(one)
    assert not Named("Test::Lid", OWN, id="a").names(one)
    assert Named(ACCOUNT, OWN).names(Resource(ACCOUNT, OWN, OWN, "global"))


def test_filters_of_ec2_take_many_ids_and_prefixes_one() -> None:
    assert filtered("instance-id").parameters(["i-1", "i-2"]) == {
        "Filters": [{"Name": "instance-id", "Values": ["i-1", "i-2"]}]
    }
    assert prefixed("Prefix").parameters(["shop"]) == {"Prefix": "shop"}
    assert (filtered("x").at_once, prefixed("x").at_once) == (200, 1)
