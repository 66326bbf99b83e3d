"""Each call that makes the estate is an event from which the catalogue of changes reads the resource."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from local import estates
from local.eventing import bus
from local.runtime import Runtime
from local.server import EmbeddedAws
from muster.catalog.changes import load


def test_the_catalogue_finds_a_resource_in_every_event_that_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Mapping[str, Any]] = []
    monkeypatch.setattr(bus, "publish", lambda _account, _region, _bus, event: events.append(event))
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        aws.client("s3", "us-east-1").create_bucket(Bucket="trail")
        trail = aws.client("cloudtrail")
        trail.create_trail(Name="trail", S3BucketName="trail", IsMultiRegionTrail=True)
        trail.start_logging(Name="trail")
        estates.seed(aws)
        runtime.settle()
    changes = load()
    names, lost = Counter[str](), []
    for event in events:
        detail = event["detail"]
        source = changes.sources.get(detail["eventSource"])
        if source is None or detail["eventName"] not in source.names or "errorCode" in detail:
            continue
        names[detail["eventName"]] += 1
        # Its events have the name of the access point, and its ARN has the alias that S3 gives it later.
        if detail["eventName"] == "CreateMultiRegionAccessPoint":
            continue
        if not changes.of(event).resources:
            lost.append((detail["eventName"], detail["requestParameters"], detail["responseElements"]))
    assert lost == []
    assert len(names) > 60
