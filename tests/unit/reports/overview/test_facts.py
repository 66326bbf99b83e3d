"""The lines of coverage: what was listed is counted once, types without a lister in one sentence."""

from muster.model.coverage import ONLY_TAGS, Coverage
from muster.reports.overview import coverage_lines

TAGGING = "resourcegroupstaggingapi"


def row(region: str, api: str, items: int, calls: int = 0, reason: str = "") -> Coverage:
    return Coverage("111122223333", region, TAGGING, api, calls=calls, items=items, reason=reason)


def test_types_that_are_looked_at_for_their_tags_only_are_named_with_their_numbers() -> None:
    (line,) = coverage_lines(
        [
            row("eu-west-1", "tag:GetResources", 3, 1, "A resource that never had a tag is not found"),
            row("eu-west-1", "glue job", 2, reason=ONLY_TAGS),
            row("eu-west-1", "events rule", 1, reason=ONLY_TAGS),
            row("us-east-1", "glue job", 1_000, reason=ONLY_TAGS),
        ]
    )
    assert (line.items, line.calls) == (3, 1)
    assert line.reasons == (
        "eu-west-1: A resource that never had a tag is not found",
        f"{ONLY_TAGS}: events rule (1), glue job (1,002)",
    )
