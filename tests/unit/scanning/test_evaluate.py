"""The engine's one judgement: could not look is never a verdict."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import pytest

from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Related,
    Resource,
    Severity,
    Status,
    Unavailable,
    Unknown,
    Verdict,
    compliant,
    finding_id,
    known,
    non_compliant,
)
from muster.model.rule import Rule
from muster.scanning.evaluate import evaluate, unlisted

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
BUCKET = Resource("AWS::S3::Bucket", "logs", "111122223333", "eu-west-1", arn="arn:aws:s3:::logs")


@dataclass(frozen=True, slots=True)
class Colour:
    name: str | Unknown

    @classmethod
    def parse(cls, response: Any) -> Self:
        return cls(response["Name"])


@check(severity=Severity.HIGH, controls=("FSBP X.1",))
def bucket_is_green(colour: Colour, *, shade: str = "green") -> Verdict:
    """Buckets should be green.

    Why: It is an example.
    Fix: Paint it.
    """
    return compliant("it is") if known(colour.name) == shade else non_compliant(f"it is {colour.name}")


class Shape(Colour):
    pass


@check(severity=Severity.LOW)
def bucket_is_green_and_round(colour: Colour, shape: Shape) -> Verdict:
    """Buckets should be green and round.

    Why: It is an example.
    Fix: Paint and turn it.
    """
    return compliant(f"{colour.name} {shape.name}")


@check(severity=Severity.LOW)
def bucket_follows_others(others: Related[Colour], at: ObservedAt) -> Verdict:
    """Buckets should follow others.

    Why: It is an example.
    Fix: Follow.
    """
    return compliant(f"{others['a'].name} at {at.at:%H}")


@check(severity=Severity.LOW, version=3)
def bucket_is_named_after_its_colour(colour: Colour, resource: Resource) -> Verdict:
    """Buckets should be named after their colour.

    Why: It is an example.
    Fix: Name it.
    Source: https://docs.aws.amazon.com/x
    """
    return compliant("it is") if resource.id == known(colour.name) else non_compliant(f"it is named {resource.id}")


@check(severity=Severity.LOW, opt_in=("names", "tags"))
def bucket_is_listed(colour: Colour, *, names: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> Verdict:
    """Buckets should be listed.

    Why: It is an example.
    Fix: List it.
    """
    return compliant(f"{colour.name}, {names} and {tags}")


RULE = Rule(bucket_is_green, BUCKET.type, "s3", {"shade": "green"})
FOLLOWS = Rule(bucket_follows_others, BUCKET.type, "s3")
NAMED = Rule(bucket_is_named_after_its_colour, BUCKET.type, "s3", variant="strict", controls=("FSBP Y.1",))


def test_a_verdict_becomes_a_finding_with_all_that_the_check_says() -> None:
    finding = evaluate(RULE, BUCKET, {Colour: Colour("red")}, AT)
    assert (finding.status, finding.reason) == (Status.NON_COMPLIANT, "it is red")
    assert (finding.check_id, finding.severity, finding.controls) == ("bucket-is-green", Severity.HIGH, ("FSBP X.1",))
    assert (finding.title, finding.remediation) == ("Buckets should be green", "Paint it.")
    assert finding.settings == {"shade": "green"}
    assert finding.observed_at == AT
    assert (finding.check_version, finding.service, finding.resource) == (1, "s3", BUCKET)
    assert finding.finding_id == finding_id(BUCKET, "bucket-is-green")
    assert finding.docs_url == "docs/checks/bucket-is-green.md"
    assert finding.unavailable == ()


def test_what_a_rule_says_is_stronger_than_its_check() -> None:
    finding = evaluate(NAMED, BUCKET, {Colour: Colour("red")}, AT)
    assert finding.controls == ("FSBP Y.1",)
    assert finding.finding_id == finding_id(BUCKET, "bucket-is-named-after-its-colour", "strict")
    assert (finding.check_version, finding.docs_url) == (3, "https://docs.aws.amazon.com/x")


def test_a_check_judges_by_the_rules_settings_and_not_by_its_own() -> None:
    blue = Rule(bucket_is_green, BUCKET.type, "s3", {"shade": "blue"})
    assert evaluate(blue, BUCKET, {Colour: Colour("blue")}, AT).status is Status.COMPLIANT
    assert evaluate(blue, BUCKET, {Colour: Colour("green")}, AT).status is Status.NON_COMPLIANT


def test_a_check_may_read_the_resource_itself() -> None:
    assert evaluate(NAMED, BUCKET, {Colour: Colour("logs")}, AT).status is Status.COMPLIANT
    assert evaluate(NAMED, BUCKET, {Colour: Colour("red")}, AT).reason == "it is named logs"


def test_what_nobody_opted_into_is_not_applicable_whatever_was_read() -> None:
    finding = evaluate(Rule(bucket_is_listed, BUCKET.type, "s3", {"names": (), "tags": ()}), BUCKET, {}, AT)
    assert finding.status is Status.NOT_APPLICABLE
    assert finding.reason == (
        "The check is off until settings.bucket-is-listed.names or settings.bucket-is-listed.tags is set"
    )


@pytest.mark.parametrize("settings", [{"names": ("a",), "tags": ()}, {"names": (), "tags": ("a",)}])
def test_any_setting_that_it_may_be_asked_for_by_opts_in(settings: dict[str, object]) -> None:
    finding = evaluate(Rule(bucket_is_listed, BUCKET.type, "s3", settings), BUCKET, {Colour: Colour("red")}, AT)
    assert finding.status is Status.COMPLIANT


@pytest.mark.parametrize(
    ("facets", "gap"),
    [
        pytest.param(
            {Colour: Unavailable("s3:GetColour", "access denied")},
            Unavailable("s3:GetColour", "access denied"),
            id="a denied facet names the permission",
        ),
        pytest.param(
            {Colour: Colour(Unknown("no such paint"))}, Unavailable(None, "no such paint"), id="an unknown field"
        ),
        pytest.param({}, Unavailable(None, "no data was read"), id="a facet that nobody read"),
    ],
)
def test_what_could_not_be_read_is_insufficient_data(facets: dict[type, object], gap: Unavailable) -> None:
    finding = evaluate(RULE, BUCKET, facets, AT)
    assert finding.status is Status.INSUFFICIENT_DATA
    assert finding.unavailable == (gap,)


def test_one_facet_of_two_that_nobody_read_is_enough() -> None:
    finding = evaluate(FOLLOWS, BUCKET, {}, AT)
    assert finding.status is Status.INSUFFICIENT_DATA
    assert finding.reason == "No data was read"


def test_every_gap_is_told_once_with_the_permission_where_one_is_missing() -> None:
    denied, broken = Unavailable("s3:GetColour", "access denied"), Unavailable(None, "throttled")
    rule = Rule(bucket_is_green_and_round, BUCKET.type, "s3")
    told = evaluate(rule, BUCKET, {Colour: denied, Shape: broken}, AT)
    assert (told.unavailable, told.reason) == ((denied, broken), "Access denied (needs s3:GetColour); throttled")
    assert evaluate(rule, BUCKET, {Colour: denied, Shape: denied}, AT).unavailable == (denied,)


def test_a_related_resource_that_could_not_be_read_stops_only_a_check_that_looks_at_it() -> None:
    related = Related({"a": Unavailable("s3:GetColour", "access denied")})
    finding = evaluate(FOLLOWS, BUCKET, {Colour: related}, AT)
    assert finding.unavailable == (Unavailable("s3:GetColour", "access denied"),)


def test_a_check_reads_the_scans_own_time() -> None:
    assert evaluate(FOLLOWS, BUCKET, {Colour: Related({"a": Colour("blue")})}, AT).reason == "blue at 12"


def test_a_resource_type_that_could_not_be_listed_has_a_finding_on_the_target() -> None:
    target = Resource("AWS::::Target", BUCKET.type, "111122223333", "eu-west-1")
    finding = unlisted(RULE, target, Unavailable("s3:ListAllMyBuckets", "access denied"), AT)
    assert finding.status is Status.INSUFFICIENT_DATA
    assert "s3:ListAllMyBuckets" in finding.reason
    with pytest.raises(ValueError, match="only a target"):
        unlisted(RULE, BUCKET, Unavailable(None, ""), AT)


def test_ids_differ_by_account_region_check_resource_and_variant_and_by_nothing_else() -> None:
    account = Resource("AWS::::Account", "111122223333", "111122223333", "global")
    other = Resource("AWS::::Account", "123456789012", "123456789012", "global")
    ids = {
        finding_id(account, "x"),
        finding_id(other, "x"),
        finding_id(account, "y"),
        finding_id(account, "x", "strict"),
        finding_id(BUCKET, "x"),
    }
    assert len(ids) == 5
    tagged = Resource(BUCKET.type, BUCKET.id, BUCKET.account_id, BUCKET.region, arn=BUCKET.arn, tags={"a": "b"})
    assert finding_id(tagged, "x") == finding_id(BUCKET, "x")
