"""The table of Lambda's runtimes."""

from importlib import resources

import botocore.session
import pytest

from muster.facets.lambda_.runtimes import Runtime, table
from muster.model.finding import Unknown
from tools import lambda_runtimes


def package_text(name: str) -> str:
    return resources.files("muster").joinpath("data", name).read_text(encoding="utf-8")


def test_the_table_has_the_dates_of_aws() -> None:
    found = table().runtimes["nodejs20.x"]
    assert [str(day) for day in (found.deprecated, found.create_block, found.update_block)] == [
        "2026-04-30",
        "2027-02-01",
        "2027-03-03",
    ]
    assert found.successor == "nodejs24.x"


def test_every_successor_is_itself_in_the_table_and_lives_as_long() -> None:
    for name, runtime in table().runtimes.items():
        if runtime.successor:
            then, now = table().runtimes[runtime.successor].deprecated, runtime.deprecated
            assert then is not None, name
            assert now is not None, name
            assert then >= now, name


def test_functions_can_be_updated_for_as_long_as_they_can_be_made() -> None:
    for name, runtime in table().runtimes.items():
        assert (runtime.create_block is None) is (runtime.update_block is None), name
        if runtime.create_block and runtime.update_block:
            assert runtime.create_block <= runtime.update_block, name


def test_every_runtime_of_the_sdk_is_in_the_table_and_no_other() -> None:
    runtimes = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime").enum
    assert {"custom", "provided", "provided.al2", "provided.al2023", "java17.al2023"} <= set(runtimes)
    assert set(table().runtimes) == set(runtimes)


def test_the_runtimes_without_a_date_are_previews_and_those_that_customers_manage() -> None:
    undated = {name for name, runtime in table().runtimes.items() if runtime.deprecated is None}
    assert undated == {"nodejs26.x", "python3.15", "custom"}
    assert table().runtimes["custom"].customer_managed


def test_the_table_is_what_the_generator_makes_of_the_data_of_cfn_lint() -> None:
    assert package_text("lambda_runtimes.yaml") == lambda_runtimes.generated()


def test_a_new_runtime_of_the_sdk_without_dates_stops_the_generator_and_so_does_a_row_that_is_needed_no_more() -> None:
    with pytest.raises(SystemExit, match=r"no dates of .*custom: look them up"):
        lambda_runtimes.generated({})
    with pytest.raises(SystemExit, match=r"cfn-lint has python3\.9 now"):
        lambda_runtimes.generated({**lambda_runtimes._AHEAD, "python3.9": {}})


def test_a_runtime_that_is_not_in_the_table_is_not_known() -> None:
    found = table().find("cobol85")
    assert isinstance(found, Unknown)
    assert "cobol85" in found.reason
    assert "cfn-lint 1.58.0" in found.reason
    assert isinstance(table().find("python3.13"), Runtime)
