"""Whatever AWS may answer: every lister, describer and check against answers drawn from botocore's own models."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.catalog import load
from muster.check import Check
from muster.facets.tags import Tags
from muster.model import Related, Unavailable
from muster.reading import Describer, Lister
from tests.unit.facets.shapes import (
    PARTITIONS,
    Reading,
    World,
    judged,
    resources,
    words_of,
)

CATALOG = load()
CALM = settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
WORLDS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32),
        "partition": st.sampled_from(sorted(PARTITIONS)),
        "gaps": st.sampled_from((0.0, 0.1, 0.4)),
        "odd": st.sampled_from((0.0, 0.1, 0.5)),
    }
)

ASKED: Mapping[str, Mapping[str, object]] = {
    "dynamodb-table-stream-enabled": {"allowed": ("NEW_IMAGE",)},
    "dynamodb-table-ttl-enabled": {"names": ("*",)},
    "ec2-instance-not-idle": {"minimum_hours": 1, "cpu_percent": 200, "network_megabytes": 10**9},
    "lambda-reserved-concurrency-set": {"required": True},
    "s3-bucket-cross-region-replication-enabled": {"buckets": ("*",)},
    "s3-bucket-mfa-delete-enabled": {"buckets": ("*",)},
    "tag-values-agree": {"agreements": {"Owner": {"CostCenter": ("1",)}}},
}
"""Settings without which a check asks for nothing."""

JUDGED = [
    pytest.param(check, kind, id=f"{name} {kind}")
    for name, check in CATALOG.checks.items()
    for kind in CATALOG.resource_types(check)
]


def known_words(kind: str, check: Check | None = None, *describers: Describer) -> dict[str, Any]:
    """Return the words and numbers that the readers of a type and a check speak of."""
    found: list[object] = [check.function] if check else []
    readers = [*describers, *(CATALOG.describers_for(check, kind) if check else ())]
    found += [part for each in readers for part in (each.function, each.facet)]
    if lister := CATALOG.listers.get(kind):
        found += [lister.function, *lister.facets]
    words, numbers = words_of(*found)
    return {"words": words, "numbers": numbers}


def before(kind: str, describer: Describer) -> list[Describer]:
    """Return what has to be read before a describer can be called, and itself."""
    source = CATALOG.describer(kind, describer.of) if describer.of else None
    return [*(before(kind, source) if source else ()), describer]


@pytest.mark.parametrize("lister", [pytest.param(each, id=name) for name, each in CATALOG.listers.items()])
@CALM
@given(drawn=WORLDS)
def test_a_listing_yields_resources_with_their_facets(lister: Lister, drawn: dict[str, Any]) -> None:
    source = CATALOG.source(lister)
    world = World(**drawn, **known_words(lister.resource_type, None, *((source,) if source else ())))
    for item in Reading(world, CATALOG).listing(lister):
        assert item.resource.type == lister.resource_type
        assert item.resource.id is not None
        assert set(item.facets) >= set(lister.facets)
        for facet, value in item.facets.items():
            assert isinstance(value, facet | Unavailable)


@pytest.mark.parametrize(
    "describer",
    [pytest.param(each, id=f"{kind} {facet.__name__}") for (kind, facet), each in CATALOG.describers.items()],
)
@CALM
@given(drawn=WORLDS)
def test_a_description_is_a_facet_or_says_that_it_is_strange(describer: Describer, drawn: dict[str, Any]) -> None:
    kind = describer.resource_type
    describers = before(kind, describer)
    reading = Reading(World(**drawn, **known_words(kind, None, *describers)), CATALOG)
    for item in itertools.islice(resources(reading, kind), 2):
        value = reading.described(item, describers).facets[describer.facet]
        if isinstance(value, Related):
            assert all(isinstance(each, describer.facet | Unavailable) for each in value.by_key.values())
        else:
            assert isinstance(value, describer.facet | Unavailable)


@pytest.mark.parametrize(("check", "kind"), JUDGED)
@CALM
@given(drawn=WORLDS)
def test_every_answer_can_be_judged(check: Check, kind: str, drawn: dict[str, Any]) -> None:
    world = World(**drawn, **known_words(kind, check))
    for finding in judged(world, CATALOG, check, kind, ASKED.get(check.id, {})):
        assert finding.reason
        assert "Unknown(" not in finding.reason
        assert "Unavailable(" not in finding.reason


TAGS = st.dictionaries(
    st.sampled_from(("Owner", "a=b", "🦊 tail", " ", "aws:stack", "AWS:x")) | st.text(min_size=1, max_size=8),
    st.sampled_from(("", "x=y=z", "🙂", "ops, dev")) | st.text(max_size=8),
    max_size=4,
)


@pytest.mark.parametrize(
    "kind", [kind for kind in CATALOG.listers if CATALOG.describer(kind, Tags) or Tags in CATALOG.listers[kind].facets]
)
@CALM
@given(seed=st.integers(0, 2**32), tags=TAGS)
def test_tags_come_out_as_they_are(kind: str, seed: int, tags: dict[str, str]) -> None:
    describer = CATALOG.describer(kind, Tags)
    describers = [describer] if describer else []
    reading = Reading(World(seed, tags=tags, **known_words(kind, None, *describers)), CATALOG)
    own = {key: value for key, value in tags.items() if not key.lower().startswith("aws:")}
    for item in resources(reading, kind):
        found = reading.described(item, describers)
        value = found.facets[Tags]
        if not isinstance(value, Unavailable):
            assert value == Tags(tags)
            assert found.resource.tags == own


@pytest.mark.parametrize("kind", CATALOG.listers)
@CALM
@given(seed=st.integers(0, 2**32), partition=st.sampled_from(sorted(PARTITIONS)))
def test_names_and_arns_come_out_as_they_are(kind: str, seed: int, partition: str) -> None:
    world = World(seed, partition, **known_words(kind))
    for item in resources(Reading(world, CATALOG), kind):
        heard = {value for value in world.told.values() if isinstance(value, str)}
        pieces = {piece for value in heard for piece in value.split("/")}
        resource = item.resource
        assert resource.id in heard | pieces or set(resource.id.split("/")) <= pieces
        arn = resource.arn or ""
        own = [value for value in heard | pieces if resource.id.endswith(value)]
        assert arn in heard or (arn.startswith(f"arn:{partition}:") and any(arn.endswith(value) for value in own))
