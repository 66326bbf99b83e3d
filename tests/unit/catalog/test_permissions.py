"""The statements of a scan's policy."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import Catalog, load
from muster.catalog.permissions import (
    ATTACHED,
    LARGEST,
    ORGANIZATION,
    action_of,
    documents,
    iam_policy,
    scanner_actions,
    scanner_statements,
    size,
)
from muster.configuration import Configuration
from muster.configuration.selection import every_rule, select
from muster.model.check import check
from muster.model.finding import REGION, Severity, Verdict, compliant
from muster.model.listing import Page
from muster.model.readers import describes, lists
from muster.model.rule import Rule

ALL = scanner_statements(load(), every_rule(load()), "aws-us-gov")


def rules(*checks: str) -> tuple[Rule, ...]:
    return select(load(), Configuration(), checks=checks)


def statement(sid: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def test_every_statement_has_a_name_of_its_own_that_iam_takes() -> None:
    names = [statement["Sid"] for statement in ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in names)


def test_an_action_is_granted_on_everything_or_on_patterns_of_the_partition() -> None:
    everywhere = {action for each in ALL if each["Resource"] == "*" for action in each["Action"]}
    narrower = [each for each in ALL if each["Resource"] != "*"]
    assert narrower
    assert not [action for each in narrower for action in each["Action"] if action in everywhere]
    assert all(each["Resource"].startswith("arn:aws-us-gov:") for each in narrower)


READING = statement("MusterReadsConfiguration", ["ec2:DescribeVolumes"], "*")
REGIONS = statement("MusterFindsRegions", ["ec2:DescribeRegions"], "*")


def test_what_is_granted_is_what_the_checks_read_on_the_narrowest_resource() -> None:
    chosen = rules("ec2-volume-encrypted", "s3-bucket-versioning-enabled")
    assert scanner_statements(load(), chosen) == [
        statement("MusterReadsConfiguration", ["ec2:DescribeVolumes", "s3:ListAllMyBuckets"], "*"),
        statement("MusterReadsBuckets", ["s3:GetBucketLocation", "s3:GetBucketVersioning"], "arn:aws:s3:::*"),
    ]
    assert scanner_actions(load(), chosen) == (
        "ec2:DescribeVolumes",
        "s3:GetBucketLocation",
        "s3:GetBucketVersioning",
        "s3:ListAllMyBuckets",
    )


def test_a_policy_grants_a_scan_and_the_finding_of_regions_and_no_more() -> None:
    chosen = rules("ec2-volume-encrypted")
    assert iam_policy(load(), chosen) == {"Version": "2012-10-17", "Statement": [READING, REGIONS]}


@pytest.mark.parametrize("role", ["security/Muster", "/security/Muster"])
def test_a_role_may_be_assumed_in_every_account(role: str) -> None:
    found = iam_policy(load(), rules("ec2-volume-encrypted"), "aws-cn", role=role)["Statement"]
    entering = statement("MusterEntersAccounts", ["sts:AssumeRole"], "arn:aws-cn:iam::*:role/security/Muster")
    assert found == [READING, REGIONS, entering]


def test_the_accounts_of_an_organization_may_be_asked_for() -> None:
    found = iam_policy(load(), rules("ec2-volume-encrypted"), organization=True)["Statement"]
    assert found == [READING, REGIONS, statement("MusterFindsAccounts", list(ORGANIZATION), "*")]


@dataclass(frozen=True, slots=True)
class Crates:
    """All crates of a region."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        return cls()


class Weight(Crates):
    """What a crate has."""


class Seal(Crates):
    """What a crate has too."""


@check(severity=Severity.LOW)
def crate_sealed(weight: Weight, seal: Seal) -> Verdict:
    """Crates should be sealed.

    Why: a reason.
    Fix: a fix.
    """
    return compliant(f"{weight} {seal}")


PATTERN = "arn:{partition}:crates:*:*:crate/*"


def crates(**said: Any) -> Catalog:
    """Make a catalogue of one check; its lister, and what reads the region and each crate, as it is said."""

    @lists("AWS::Crates::Crate", client="crates", permission="crates:List", **said.get("lister", {}))
    def every(client: object, shard: object, token: object) -> Page:  # noqa: ARG001 - never called
        return Page(())

    @describes(REGION, client="crates", permission="crates:ListRegion")
    def region(client: object, resource: object) -> Crates:  # noqa: ARG001 - never called
        return Crates()

    @describes("AWS::Crates::Crate", client="crates", permission="crates:Weigh", **said.get("weight", {}))
    def weight(client: object, resource: object) -> Weight:  # noqa: ARG001 - never called
        return Weight()

    @describes("AWS::Crates::Crate", client="crates", permission="crates:ReadSeal", **said.get("seal", {}))
    def seal(client: object, resource: object) -> Seal:  # noqa: ARG001 - never called
        return Seal()

    read = {(each.resource_type, each.facet): each for each in (region, weight, seal)}
    return Catalog({crate_sealed.id: crate_sealed}, {every.resource_type: every}, read)


@pytest.mark.parametrize(
    ("said", "everywhere", "narrower"),
    [
        pytest.param({}, ["crates:List", "crates:ReadSeal", "crates:Weigh"], [], id="nothing takes a pattern"),
        pytest.param(
            {"lister": {"also": ("crates:Get", "crates:Tags"), "on": PATTERN}},
            ["crates:List"],
            ["crates:Get", "crates:ReadSeal", "crates:Tags", "crates:Weigh"],
            id="the lister's is that of all reads of the type",
        ),
        pytest.param(
            {"lister": {"on": PATTERN}, "weight": {"on": {}}},
            ["crates:List", "crates:Weigh"],
            ["crates:ReadSeal"],
            id="but of those that declare otherwise",
        ),
        pytest.param(
            {"weight": {"on": PATTERN}}, ["crates:List", "crates:ReadSeal"], ["crates:Weigh"], id="a describer's"
        ),
        pytest.param(
            {"weight": {"also": ("crates:Scale",), "on": {"crates:Scale": PATTERN}}},
            ["crates:List", "crates:ReadSeal", "crates:Weigh"],
            ["crates:Scale"],
            id="one of its two",
        ),
        pytest.param(
            {"weight": {"on": PATTERN}, "seal": {"also": ("crates:Weigh",)}},
            ["crates:List", "crates:ReadSeal", "crates:Weigh"],
            [],
            id="what another needs everywhere is not granted twice",
        ),
        pytest.param(
            {"lister": {"of": Crates}},
            ["crates:List", "crates:ListRegion", "crates:ReadSeal", "crates:Weigh"],
            [],
            id="what the listing is made from is read too",
        ),
    ],
)
def test_an_action_is_granted_once_where_it_is_needed(
    said: dict[str, Any], everywhere: list[str], narrower: list[str]
) -> None:
    rule = Rule(crate_sealed, "AWS::Crates::Crate", "crates", {})
    found = scanner_statements(crates(**said), [rule])
    wanted = [statement("MusterReadsConfiguration", everywhere, "*")]
    if narrower:
        wanted.append(statement("MusterReadsCratesCrate", narrower, "arn:aws:crates:*:*:crate/*"))
    assert found == wanted


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        pytest.param("s3:GetBucketReplication", "s3:GetReplicationConfiguration", id="a reader declares both names"),
        pytest.param("s3:GetBucketLocation", "s3:GetBucketLocation", id="both have one name"),
        pytest.param("elbv2:DescribeRules", "elasticloadbalancing:DescribeRules", id="IAM names the service otherwise"),
        pytest.param("elbv2:DescribeNothing", "elasticloadbalancing:DescribeNothing", id="nothing reads it"),
        pytest.param("ball:Throw", "ball:Throw", id="nothing reads the service"),
    ],
)
def test_the_action_of_an_operation_is_the_one_that_its_reader_declares(operation: str, action: str) -> None:
    assert action_of(load(), operation) == action


def test_changes_take_a_queue_and_nothing_more_of_what_is_read() -> None:
    chosen = rules("s3-bucket-versioning-enabled")
    scan, near = iam_policy(load(), chosen), iam_policy(load(), chosen, "aws-cn", changes=True)
    more = [each for each in near["Statement"] if each["Sid"] not in {every["Sid"] for every in scan["Statement"]}]
    queue = "arn:aws-cn:sqs:*:*:muster-change"
    take = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    assert more == [
        statement("MusterReadsChanges", take, f"{queue}s-*"),
        statement("MusterSetsChangesAside", ["sqs:SendMessage"], f"{queue}-dead-letters-*"),
    ]


STATEMENTS = st.lists(
    st.lists(st.integers(1, 40).map("a:{}".format), min_size=1, max_size=12), min_size=1, max_size=8
).map(lambda found: [statement(f"Sid{place}x", actions, "*") for place, actions in enumerate(found)])


@given(STATEMENTS, st.integers(120, 600))
def test_statements_are_spread_over_documents_that_fit(statements: list[dict[str, Any]], limit: int) -> None:
    """Every action is granted once, in its order, and no document could have taken the next action."""
    made = documents(statements, limit)
    assert all(size(each) <= limit for each in made)
    spread = [
        (re.sub(r"x\d*$", "x", each["Sid"]), action)
        for document in made
        for each in document["Statement"]
        for action in each["Action"]
    ]
    assert spread == [(each["Sid"], action) for each in statements for action in each["Action"]]
    for document, following in itertools.pairwise(made):
        first = following["Statement"][0]
        whole = {**document, "Statement": [*document["Statement"], first]}
        assert size(whole) > limit


def test_an_action_that_fits_nowhere_is_an_error_with_its_statement() -> None:
    with pytest.raises(ValueError, match="One has an action that is larger than a policy of 100 characters"):
        documents([statement("One", ["a:" + "b" * 100], "*")], 100)


def test_every_check_together_fits_into_the_policies_of_a_role() -> None:
    made = documents([*ALL, statement("MusterFindsRegions", ["ec2:DescribeRegions"], "*")])
    assert len(made) <= ATTACHED // 2
    assert all(size(each) <= LARGEST for each in made)
