"""The comparison of two scans against a brute-force one that shares no code with it."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.cli.comparison import Comparison
from muster.cli.sighting import Looked, Seen, Sighting, seen
from muster.errors import ConfigurationError
from muster.model.finding import TARGET, Status
from tests.examples import examples

DAY, LATER = "2026-11-28", "2026-11-29"
STATES = ["pass", "fail", "unread", "accepted", "accepted, and over"]
SEEN = {
    "pass": Seen.FINE,
    "fail": Seen.OPEN,
    "unread": Seen.UNREAD,
    "accepted": Seen.SUPPRESSED,
    "accepted, and over": Seen.SUPPRESSED,
}
CHECKS, REGIONS = ("a", "b"), ("here", "there")
Key = tuple[str, str, str]
"""Resource, check, region."""


def sighting(key: Key, state: str, day: str) -> Sighting:
    name, check, region = key
    until = {"accepted": "2027-01-01", "accepted, and over": DAY}.get(state, "")
    fields = ("T", "HIGH", f"{name} is so", "AWS::S3::Bucket", name, f"arn:aws:s3:::{name}", "1" * 12, region)
    return Sighting._make(("/".join(key), check, *fields, "", f"{day}T06:00:00Z", until))


def scanned(found: Mapping[Key, str], day: str) -> Iterator[tuple[Seen, Sighting]]:
    return ((SEEN[state], sighting(key, state, day)) for key, state in found.items())


WAS: dict[str | None, dict[str | None, str]] = {
    "fail": {
        None: "opened",
        "pass": "opened",
        "unread": "opened",
        "accepted": "reopened",
        "accepted, and over": "expired",
    },
    "unread": dict.fromkeys((None, "pass", "fail", "accepted", "accepted, and over"), "unreadable"),
    "accepted": {"fail": "suppressed"},
    "accepted, and over": {"fail": "suppressed"},
    "pass": {"fail": "resolved"},
    None: {"fail": "resolved"},
}
"""The events by what a scan saw and by what the one before it saw; None is a finding that it does not have."""


def expected(old: Mapping[Key, str], new: Mapping[Key, str], checks: frozenset[str]) -> Counter[tuple[str, str, str]]:
    """Return event, outcome and finding of each change; `checks` are those that both scans ran."""
    found: Counter[tuple[str, str, str]] = Counter()
    resources = {(name, region) for name, _, region in new}
    for key in old.keys() | new.keys():
        event = WAS[new.get(key)].get(old.get(key), "")
        if event and (key[1] in checks or (key in old and key in new)):
            outcome = "fixed" if (key[0], key[2]) in resources else "deleted"
            found[event, outcome if event == "resolved" else "", "/".join(key)] += 1
    return found


KEYS = st.tuples(st.sampled_from("xyz"), st.sampled_from(CHECKS), st.sampled_from(REGIONS))
SCANS = st.dictionaries(KEYS, st.sampled_from(STATES))
RUN = st.sets(st.sampled_from(CHECKS), min_size=1).map(frozenset)


@given(SCANS, SCANS, RUN, RUN)
@settings(max_examples=examples(150), deadline=None)
def test_every_change_is_found_and_no_other(
    old: dict[Key, str], new: dict[Key, str], ran: frozenset[str], runs: frozenset[str]
) -> None:
    old = {key: state for key, state in old.items() if key[1] in ran}
    new = {key: state for key, state in new.items() if key[1] in runs}
    before = Looked(name="old", checks=ran, regions=frozenset(REGIONS), complete=True)
    after = Looked(name="new", checks=runs, regions=frozenset(REGIONS), complete=True)
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(Path(folder))
        comparison.take_old(scanned(old, DAY), before)
        comparison.take_new(scanned(new, LATER), after)
        comparison.compare(before, after)
        changes = Counter((str(each.event), each.outcome, each.finding.finding_id) for each in comparison.changes())
        uncompared = sum(each.findings for each in comparison.uncompared())
        comparison.close()
    assert changes == expected(old, new, ran & runs)
    assert comparison.counts["unchanged"] == sum(SEEN[old[key]] == SEEN[new[key]] for key in old.keys() & new.keys())
    lost = [key for key in old.keys() - new.keys() if old[key] == "fail" and key[1] not in runs]
    added = [key for key in new.keys() - old.keys() if new[key] in ("fail", "unread") and key[1] not in ran]
    assert uncompared == len(lost) + len(added)


def test_a_finding_that_is_there_twice_is_named(tmp_path: Path) -> None:
    comparison, looked = Comparison(tmp_path), Looked(name="both", scan_ids={"s1", "s2"})
    twice = [*scanned({("x", "a", "here"): "fail"}, DAY)] * 2
    with pytest.raises(ConfigurationError, match=r"both has a finding twice: .* several scans \(s1, s2\)"):
        comparison.take_old(iter(twice), looked)


@pytest.mark.parametrize(
    ("status", "suppressed", "what"),
    [
        (Status.COMPLIANT, False, Seen.FINE),
        (Status.NOT_APPLICABLE, False, Seen.FINE),
        (Status.NON_COMPLIANT, False, Seen.OPEN),
        (Status.NON_COMPLIANT, True, Seen.SUPPRESSED),
        (Status.INSUFFICIENT_DATA, False, Seen.UNREAD),
    ],
)
def test_what_a_scan_saw_follows_from_the_status(status: Status, suppressed: bool, what: Seen) -> None:
    assert seen(status, suppressed=suppressed) is what


def test_resources_that_could_not_be_listed_are_noted_by_their_target() -> None:
    looked = Looked(name="n")
    looked.note(sighting(("x", "a", "here"), "unread", DAY)._replace(resource_type=TARGET), Seen.UNREAD)
    looked.note(sighting(("y", "b", "here"), "unread", DAY), Seen.UNREAD)
    assert looked.gap(("1" * 12, "here", "a")) == "the resources could not be listed in n"
    assert looked.gap(("1" * 12, "here", "b")) == ""
