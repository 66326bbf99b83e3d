"""Which packs a scan is of, whose accounts count first, and how a scan is named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.configuration import Configuration
from muster.configuration.configuration import Accounts
from muster.scanning.prepare import first_of, packs_of, scan_id

DEFAULT = ("all",)


@pytest.mark.parametrize(
    ("configured", "packs", "checks", "result"),
    [
        pytest.param({}, (), (), DEFAULT, id="nothing names any: the default"),
        pytest.param({"packs": ("finops",)}, (), (), ("finops",), id="the configuration's packs"),
        pytest.param({"checks": ("a",)}, (), (), (), id="the configuration's checks: of no pack"),
        pytest.param({"packs": ("finops",)}, ("s3",), (), ("s3",), id="the order's packs replace the configuration's"),
        pytest.param({"packs": ("finops",)}, (), ("a",), (), id="the order's checks: of no pack"),
    ],
)
def test_a_scan_is_of_the_packs_that_select_its_checks(
    configured: dict[str, tuple[str, ...]], packs: tuple[str, ...], checks: tuple[str, ...], result: tuple[str, ...]
) -> None:
    configuration = Configuration(packs=configured.get("packs", ()), checks=configured.get("checks", ()))
    assert packs_of(configuration, packs, checks, DEFAULT) == result


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        pytest.param({}, Accounts(("2",), {"team": "a"}, "second", "x2"), id="nothing of its own"),
        pytest.param({"include": ("1",)}, Accounts(("1",), {"team": "a"}, "second", "x2"), id="its own list"),
        pytest.param({"role": "first"}, Accounts(("2",), {"team": "a"}, "first", "x2"), id="its own role"),
        pytest.param({"external_id": "x1"}, Accounts(("2",), {"team": "a"}, "second", "x1"), id="its own external id"),
    ],
)
def test_accounts_have_what_they_lack_of_others_but_for_tags(changed: dict[str, object], result: Accounts) -> None:
    accounts: Accounts = replace(Accounts(tags={"team": "a"}), **changed)  # type: ignore[arg-type]
    assert first_of(accounts, Accounts(("2",), {"team": "b"}, "second", "x2")) == result


def test_a_scan_is_named_by_its_start_and_what_tells_it_from_others() -> None:
    assert scan_id(datetime(2026, 11, 21, 6, tzinfo=UTC), "0a1b2c3d") == "20261121T060000Z-0a1b2c3d"
