"""One fact gives one finding, with the worst severity and the controls of every check that reports it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.grants import read_policy
from muster.catalog.catalog import load
from muster.configuration import Configuration
from muster.configuration import Tags as Required
from muster.configuration.selection import select
from muster.facets.ec2.instances import PrefixList, SecurityGroup
from muster.facets.ec2.instances import Rule as GroupRule
from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.facets.iam.policies import Grants, NamedPolicy
from muster.facets.tagging.tags import ParentTags, TagParents, Tags
from muster.model.finding import Finding, Related, Resource, Status
from muster.scanning.evaluate import Judges

AT = datetime(2026, 11, 21, tzinfo=UTC)
HIGH_RISK, ADMIN = "ec2-security-group-high-risk-ports-closed", "ec2-security-group-admin-ports-closed"
DEFAULT = "ec2-default-security-group-closed"
GROUP, VOLUME = "AWS::EC2::SecurityGroup", "AWS::EC2::Volume"


def judged(
    kind: str, checks: Sequence[str], facets: Mapping[type, object], configuration: Configuration | None = None
) -> dict[str, Finding]:
    """Judge one resource by the checks that are named, in whatever order the selection gives them."""
    rules = select(load(), configuration or Configuration(), checks=checks)
    resource = Resource(kind, "one", "123456789012", "eu-west-1", arn="arn:aws:ec2:eu-west-1:123456789012:x/one")
    judges = Judges([rule for rule in rules if rule.resource_type == kind], AT)
    return {finding.check_id: finding for finding in judges(resource, facets)}


def failing(findings: Mapping[str, Finding]) -> set[str]:
    return {name for name, finding in findings.items() if finding.status is Status.NON_COMPLIANT}


def group(*ports: int, name: str = "web") -> Mapping[type, object]:
    rules = tuple(GroupRule("tcp", port, port, ("0.0.0.0/0",), ()) for port in ports)
    return {SecurityGroup: SecurityGroup(name, rules, ()), PrefixList: Related({})}


def test_an_open_port_is_one_finding_with_the_worst_severity_and_both_controls() -> None:
    found = judged(GROUP, [ADMIN, HIGH_RISK], group(22))
    assert failing(found) == {HIGH_RISK}
    assert found[HIGH_RISK].severity == "CRITICAL"
    assert found[HIGH_RISK].controls == ("FSBP EC2.19", *load().checks[ADMIN].controls)
    assert (found[ADMIN].status, found[ADMIN].reason) == (Status.NOT_APPLICABLE, f"{HIGH_RISK} reports this")


@pytest.mark.parametrize("check", [ADMIN, HIGH_RISK])
def test_a_check_that_is_selected_alone_reports_the_port(check: str) -> None:
    found = judged(GROUP, [check], group(22))
    assert failing(found) == {check}
    assert found[check].controls == load().checks[check].controls


def test_another_port_does_not_fail_the_controls_of_administration_ports() -> None:
    found = judged(GROUP, [ADMIN, HIGH_RISK], group(3306))
    assert failing(found) == {HIGH_RISK}
    assert found[HIGH_RISK].controls == ("FSBP EC2.19",)
    assert found[ADMIN].status is Status.COMPLIANT


def test_only_the_ports_that_the_other_check_does_not_know_are_reported_again() -> None:
    configuration = Configuration(settings={ADMIN: {"ports": (22, 5985)}})
    found = judged(GROUP, [ADMIN, HIGH_RISK], group(22, 5985), configuration)
    assert failing(found) == {ADMIN, HIGH_RISK}
    assert "22" not in found[ADMIN].reason
    assert "5985" in found[ADMIN].reason
    assert dict(found[ADMIN].values or ())["PORT"] == "5985"
    assert found[HIGH_RISK].controls == ("FSBP EC2.19",)


@pytest.mark.parametrize("others", [[HIGH_RISK], [ADMIN], [HIGH_RISK, ADMIN]], ids=["both", "admin", "all"])
def test_an_open_port_of_a_default_group_is_one_finding_that_says_both(others: list[str]) -> None:
    found = judged(GROUP, [DEFAULT, *others], group(22, name="default"))
    assert failing(found) == {others[0]}
    speaker = found[others[0]]
    assert "FSBP EC2.2" in speaker.controls
    assert "The default security group has inbound rules" in speaker.reason


def test_a_default_group_with_other_rules_is_its_own_finding() -> None:
    found = judged(GROUP, [DEFAULT, ADMIN, HIGH_RISK], group(443, name="default"))
    assert failing(found) == {DEFAULT}


@given(
    st.sets(st.sampled_from([22, 3389, 3306, 8080, 443])), st.booleans(), st.permutations([ADMIN, HIGH_RISK, DEFAULT])
)
def test_no_open_port_is_reported_twice_or_never(ports: set[int], default: bool, order: list[str]) -> None:
    """The oracle: each check alone says which ports it reports; together each of them is reported once."""
    facets = group(*sorted(ports), name="default" if default else "web")
    together = judged(GROUP, order, facets)
    alone = {name for check in order for name in failing(judged(GROUP, [check], facets))}
    assert bool(failing(together)) == bool(alone)
    assert len(failing(together)) == min(1, len(alone))
    carried = {control for name in failing(together) for control in together[name].controls}
    assert carried == {control for name in alone for control in load().checks[name].controls}


TAG_CHECKS = ("required-tags", "tagged", "tag-keys-spelled-alike", "tags-agree-with-parent")


def volume(own: Mapping[str, str], parent: Mapping[str, str], checks: Sequence[str] = TAG_CHECKS) -> dict[str, Finding]:
    facets = {
        Tags: Tags(dict(own)),
        TagParents: TagParents(("i-1",), ()),
        ParentTags: Related({"i-1": ParentTags(dict(parent))}),
    }
    return judged(VOLUME, checks, facets, Configuration(tags=Required(("Owner", "CostCenter"))))


def test_a_resource_without_tags_is_one_finding() -> None:
    found = volume({}, {"Owner": "web"})
    assert failing(found) == {"required-tags"}
    assert found["tagged"].status is Status.NOT_APPLICABLE


def test_tagged_is_silent_where_required_tags_has_a_verdict() -> None:
    found = volume({"Owner": "web", "CostCenter": "1"}, {"Owner": "web"})
    assert failing(found) == set()
    assert found["tagged"].status is Status.NOT_APPLICABLE
    assert failing(volume({}, {}, ["tagged"])) == {"tagged"}


def test_a_misspelled_key_that_is_required_is_one_finding() -> None:
    found = volume({"Owner": "web", "costcenter": "1"}, {})
    assert failing(found) == {"required-tags"}
    assert failing(volume({"Owner": "web", "costcenter": "1"}, {}, TAG_CHECKS[1:])) == {"tag-keys-spelled-alike"}


def test_a_second_spelling_and_another_owner_are_facts_of_their_own() -> None:
    found = volume({"Owner": "web", "CostCenter": "1", "costcenter": "2"}, {"Owner": "data"})
    assert failing(found) == {"tag-keys-spelled-alike", "tags-agree-with-parent"}


IAM_CHECKS = (
    "iam-policy-no-admin-access-statements",
    "iam-policy-no-full-access-statements",
    "iam-policy-no-kms-decrypt-on-all-keys",
)


def policy(*actions: list[str], checks: Sequence[str] = IAM_CHECKS) -> dict[str, Finding]:
    statements = [{"Effect": "Allow", "Action": each, "Resource": "*"} for each in actions]
    grants = Grants((NamedPolicy("deploy", read_policy({"Statement": statements})),), (), "")
    return judged("AWS::IAM::Role", checks, {Grants: grants})


def test_a_statement_that_allows_everything_is_one_finding() -> None:
    assert failing(policy(["*"])) == {IAM_CHECKS[0]}
    assert failing(policy(["*"], checks=IAM_CHECKS[1:])) == {IAM_CHECKS[1]}
    assert failing(policy(["*"], checks=IAM_CHECKS[2:])) == {IAM_CHECKS[2]}
    assert failing(policy(["kms:*"])) == {IAM_CHECKS[1]}


def test_statements_of_their_own_are_findings_of_their_own() -> None:
    found = policy(["*"], ["s3:*"], ["kms:Decrypt"])
    assert failing(found) >= {IAM_CHECKS[0], IAM_CHECKS[1]}
    assert "statement 1" not in found[IAM_CHECKS[1]].reason
    assert failing(policy(["s3:*", "kms:Decrypt"])) == set(IAM_CHECKS[1:])


def test_an_image_tagged_latest_is_not_pinned_either() -> None:
    checks = ["ecs-images-not-latest", "ecs-images-pinned-by-digest"]
    facets = {TaskDefinition: TaskDefinition(containers=(Container(name="web", image="nginx:latest"),))}
    kind = "AWS::ECS::TaskDefinition"
    assert failing(judged(kind, checks, facets)) == {"ecs-images-pinned-by-digest"}
    assert failing(judged(kind, checks[:1], facets)) == {"ecs-images-not-latest"}


def test_every_check_yields_to_checks_that_exist_and_are_as_severe() -> None:
    checks = load().checks
    for check in checks.values():
        for name in check.yields_to:
            assert checks[name].severity.rank >= check.severity.rank, (check.id, name)
            assert set(load().resource_types(check)) & set(load().resource_types(checks[name])), (check.id, name)
