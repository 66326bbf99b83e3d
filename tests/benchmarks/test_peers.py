import json

import pytest

from benchmarks import peers, running
from testing.fake_aws.estate import LIFECYCLE, MONITORING, TAGS, TOKENS, Estate
from testing.fake_aws.process import FakeAws

CUSTODIAN, PROWLER = peers.KNOWN


def test_a_peer_that_is_not_installed_is_left_out_and_the_page_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(peers, "VENVS", tmp_path)
    with pytest.raises(peers.UnfitError, match="c7n is not installed"):
        peers._version(CUSTODIAN, install=False)


def test_custodian_has_a_policy_for_each_check_but_request_metrics(tmp_path):
    CUSTODIAN.command(tmp_path)
    policies = json.loads((tmp_path / "policies.json").read_text())["policies"]
    assert {policy["name"] for policy in policies} == set(peers._CUSTODIAN)
    assert set(CUSTODIAN.right(Estate(10, 10))) == set(peers.truths.CHECKS) - {peers.truths.METRICS}


def test_custodian_tells_missing_tags_of_instances_and_buckets_together(tmp_path):
    for name, number in ((TAGS, 2), (f"{TAGS}-of-buckets", 3), (TOKENS, 1)):
        folder = tmp_path / "out" / name
        folder.mkdir(parents=True)
        (folder / "resources.json").write_text(json.dumps([{}] * number))
    found = CUSTODIAN.failing(tmp_path)
    assert (found[TAGS], found[TOKENS], found[MONITORING]) == (5, 1, 0)


def test_of_prowlers_findings_those_that_fail_are_counted(tmp_path):
    rows = ["CHECK_ID;STATUS", *["ec2_instance_imdsv2_enabled;FAIL"] * 2, "ec2_instance_imdsv2_enabled;PASS"]
    (tmp_path / "found.csv").write_text("\n".join(rows))
    assert PROWLER.failing(tmp_path)[TOKENS] == 2


def test_prowler_judges_stopped_instances_and_takes_any_lifecycle_rule():
    estate = Estate(200, 50)
    ours, its = peers._failing(estate, {MONITORING, LIFECYCLE}), PROWLER.right(estate)
    assert its[MONITORING] > ours[MONITORING]
    assert its[LIFECYCLE] < ours[LIFECYCLE]


def test_a_program_that_fails_is_unfit():
    with FakeAws(Estate(1, 0)) as aws, pytest.raises(peers.UnfitError, match="ends with 3"):
        peers._used(aws, [peers.sys.executable, "-c", "raise SystemExit(3)"], running.environment())
