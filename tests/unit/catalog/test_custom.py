"""Checks without code, from muster.yaml to findings."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.catalog.catalog import load
from muster.catalog.custom import CustomCheck, extended
from muster.catalog.pages import check_page
from muster.catalog.permissions import scanner_actions
from muster.configuration import Configuration, parse
from muster.configuration.selection import rules_from_json, rules_to_json, select
from muster.errors import ConfigurationError
from muster.facets.ec2.instances import Instance
from muster.facets.elbv2.load_balancers import Listener
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource, Severity, Status, Unavailable
from muster.scanning.evaluate import evaluate

ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
INSTANCE = "AWS::EC2::Instance"
BOX = Resource(INSTANCE, "i-1", "111122223333", "eu-west-1", arn="arn:aws:ec2:eu-west-1:111122223333:instance/i-1")
TEXT = """\
custom_checks:
  - id: ec2-instance-names-its-team
    resource_type: AWS::EC2::Instance
    when: instance.state == 'running'
    condition: contains(keys(tags.own), 'Team')
    severity: HIGH
    title: EC2 instances should name their team.
    why: Somebody must answer for it.
    fix: Tag it with Team.
"""


def judged(text: str, state: str, tags: dict[str, str]) -> tuple[Status, str]:
    (rule,) = select(load(), parse(text, load()), checks=["ec2-instance-names-its-team"])
    instance = Instance.parse({"InstanceId": "i-1", "State": {"Name": state}})
    finding = evaluate(rule, BOX, {Instance: instance, Tags: Tags(tags)}, AT)
    assert finding.severity is Severity.HIGH
    return finding.status, finding.reason


def test_a_check_without_code_judges_like_any_other() -> None:
    assert judged(TEXT, "running", {"Team": "shop"})[0] is Status.COMPLIANT
    status, reason = judged(TEXT, "running", {"Owner": "me"})
    assert status is Status.NON_COMPLIANT
    assert reason == "Condition not met: contains(keys(tags.own), 'Team') (tags.own is {'Owner': 'me'})"
    status, reason = judged(TEXT, "stopped", {})
    assert status is Status.NOT_APPLICABLE
    assert reason == "The check applies only when instance.state == 'running'; instance.state is 'stopped'"


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({}, Status.NON_COMPLIANT),
        ({"Owner": "shop"}, Status.NON_COMPLIANT),
        ({"Owner": "team-shop"}, Status.COMPLIANT),
    ],
)
def test_an_instance_without_the_tag_fails_what_is_asked_of_the_tag(tags: dict[str, str], status: Status) -> None:
    text = TEXT.replace("contains(keys(tags.own), 'Team')", "starts_with(tags.own.Owner, 'team-')")
    found, reason = judged(text, "running", tags)
    assert found is status
    assert tags or reason == ("Condition not met: starts_with(tags.own.Owner, 'team-') (tags.own.Owner is missing)")


def test_an_unread_facet_or_field_leaves_it_unanswered() -> None:
    (rule,) = select(load(), parse(TEXT, load()), checks=["ec2-instance-names-its-team"])
    unread = evaluate(rule, BOX, {Instance: Unavailable("ec2:X", "denied"), Tags: Tags({})}, AT)
    assert (unread.status, unread.unavailable[0].permission) == (Status.INSUFFICIENT_DATA, "ec2:X")
    unknown = evaluate(rule, BOX, {Instance: Instance.parse({"InstanceId": "i-1"}), Tags: Tags({})}, AT)
    assert unknown.status is Status.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("condition", "when", "status"),
    [
        pytest.param("listener.protocol != 'HTTPS' || listener.tls_policy == 'X'", "", Status.COMPLIANT, id="or"),
        pytest.param("listener.protocol == 'HTTPS' && listener.tls_policy == 'X'", "", Status.NON_COMPLIANT, id="and"),
        pytest.param(
            "listener.tls_policy == 'X'",
            "listener.protocol == 'HTTPS' && listener.tls_policy != 'Y'",
            Status.NOT_APPLICABLE,
            id="when",
        ),
        pytest.param("listener.tls_policy == 'X'", "", Status.INSUFFICIENT_DATA, id="asked for"),
    ],
)
def test_a_field_that_the_answer_does_not_need_may_be_unknown(condition: str, when: str, status: Status) -> None:
    listener = "AWS::ElasticLoadBalancingV2::Listener"
    text = TEXT.replace(INSTANCE, listener).replace("contains(keys(tags.own), 'Team')", condition)
    first = "    when: instance.state == 'running'\n"
    text = text.replace(first, f"    when: {when}\n" if when else "")
    (rule,) = select(load(), parse(text, load()), checks=["ec2-instance-names-its-team"])
    http = Listener.parse({"ListenerArn": f"{ARN}:listener/app/shop/1/2", "Protocol": "HTTP", "Port": 80})
    finding = evaluate(rule, replace(BOX, type=listener), {Listener: http}, AT)
    assert finding.status is status
    asked = "listener.tls_policy is not known (AWS did not return the security policy of the listener)"
    assert (asked in finding.reason) == (status is not Status.INSUFFICIENT_DATA)


def test_it_judges_its_own_type_though_others_have_the_facet_too() -> None:
    text = TEXT.replace("    when: instance.state == 'running'\n", "")
    (rule,) = select(load(), parse(text, load()), checks=["ec2-instance-names-its-team"])
    assert (rule.resource_type, rule.service) == (INSTANCE, "ec2")


def test_its_permissions_are_those_of_what_it_reads() -> None:
    text = TEXT.replace(INSTANCE, "AWS::S3::Bucket").replace(
        "instance.state == 'running'", "bucket_logging.target == 'x'"
    )
    rules = select(load(), parse(text, load()), checks=["ec2-instance-names-its-team"])
    assert set(scanner_actions(load(), rules)) == {
        "s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketTagging", "s3:GetBucketLogging",
    }  # fmt: skip


def test_it_is_taken_with_whatever_else_the_configuration_takes_and_can_be_left_out() -> None:
    def taken(before: str, **asked: list[str]) -> bool:
        rules = select(load(), parse(before + TEXT, load()), **asked)  # type: ignore[arg-type]
        return "ec2-instance-names-its-team" in {rule.check.id for rule in rules}

    assert taken("")
    assert taken("packs: [s3-compliance]\n")
    assert taken("packs: [all]\n")
    assert not taken("exclude_checks: [ec2-instance-names-its-team]\npacks: [s3-compliance]\n")
    assert not taken("packs: [s3-compliance]\n", packs=["s3-compliance"])
    assert taken("packs: [s3-compliance]\n", packs=["all"])
    assert taken("checks: [ec2-volume-encrypted]\n")


def test_a_configuration_that_says_nothing_else_takes_the_default_pack_beside_it() -> None:
    names, default = ({rule.check.id for rule in select(load(), parse(text, load()))} for text in (TEXT, ""))
    assert names == {*default, "ec2-instance-names-its-team"}


def test_it_survives_the_plan() -> None:
    configuration = Configuration.from_json(parse(TEXT, load()).to_json())
    rules = select(load(), configuration, checks=["ec2-instance-names-its-team"])
    catalog = extended(load(), configuration.custom_checks)
    (again,) = rules_from_json(catalog, rules_to_json(rules))
    assert (again.check.id, again.check.title) == (rules[0].check.id, "EC2 instances should name their team")


def test_its_page_says_what_should_be_true_and_what_it_reads() -> None:
    catalog = extended(load(), parse(TEXT, load()).custom_checks)
    text = check_page(catalog.checks["ec2-instance-names-its-team"], catalog)
    assert "Only where `instance.state == 'running'`." in text
    assert "What should be true: `contains(keys(tags.own), 'Team')`" in text
    assert "`ec2:DescribeInstances`" in text


def test_a_catalogue_that_has_it_is_left_as_it_is() -> None:
    once = extended(load(), parse(TEXT, load()).custom_checks)
    assert extended(once, parse(TEXT, load()).custom_checks) is once
    assert extended(load(), ()) is load()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("instance.state ==", "instanc.state ==", "5: .when: instanc is not a facet", id="when"),
        pytest.param("keys(tags.own)", "keys(tags.onw)", "6: .condition: onw is not a field", id="field"),
        pytest.param("contains(keys", "contains((keys", "6: .condition: this is not JMESPath", id="syntax"),
        pytest.param("::Instance", "::Instence", "4: .resource_type: AWS::EC2::Instence is not", id="type"),
        pytest.param("HIGH", "URGENT", "7: .severity: URGENT is not a severity", id="severity"),
        pytest.param("should name", "name", "8: .title: 'EC2 instances name their", id="title"),
        pytest.param("    fix: Tag it with Team.\n", "", "3: : fix is missing", id="nothing to do"),
        pytest.param("    why:", "    wy:", "9: : wy is not a key; did you mean why?", id="a key"),
        pytest.param("ec2-instance-names-its-team", "required-tags", "3: .id: required-tags is a check", id="taken"),
        pytest.param("ec2-instance-names-its-team", "Team_Check", "3: .id: 'Team_Check' is not an id", id="id"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse("regions: [eu-west-1]\n" + TEXT.replace(before, after), load(), source="muster.yaml")
    line, _, rest = said.partition(": ")
    assert f"muster.yaml:{line}: custom_checks[0]{rest}" in str(caught.value)


def test_an_id_stands_once() -> None:
    with pytest.raises(ConfigurationError, match=r"10: custom_checks\[1\].id: ec2-instance-names-its-team stands in"):
        parse(TEXT + TEXT.partition("\n")[2], load(), source="muster.yaml")


def test_its_id_may_be_named_wherever_checks_are() -> None:
    text = TEXT + (
        "checks: [ec2-instance-names-its-team]\nsuppressions:\n"
        "  - {check: ec2-instance-names-its-team, resource: '*', reason: later, owner: me, expires: 2027-01-31}\n"
    )
    assert parse(text, load()).suppressions[0].check == "ec2-instance-names-its-team"


def test_an_entry_is_spelled_as_it_was_read() -> None:
    (entry,) = parse(TEXT, load()).custom_checks
    assert CustomCheck.from_json(entry.to_json()) == entry
    assert "source" not in entry.to_json()
