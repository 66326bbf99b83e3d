"""The table of Lambda's runtimes."""

import botocore.session

from muster.facets.lambda_runtimes import Runtime, table
from muster.model import Unknown


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
            assert table().runtimes[runtime.successor].deprecated >= runtime.deprecated, name


def test_functions_can_be_updated_for_as_long_as_they_can_be_made() -> None:
    for name, runtime in table().runtimes.items():
        assert runtime.create_block <= runtime.update_block, name


def test_what_the_sdk_knows_and_the_table_does_not_is_known_to_us() -> None:
    """A new runtime in the SDK fails here: look up its dates, or add it to those that AWS has not given dates yet."""
    without_dates = {"nodejs26.x", "python3.15", "java8.al2023", "java11.al2023", "java17.al2023", "custom"}
    runtimes = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime").enum
    assert set(runtimes) - set(table().runtimes) == without_dates
    assert set(table().runtimes) <= set(runtimes)


def test_a_runtime_that_is_not_in_the_table_is_not_known() -> None:
    found = table().find("cobol85")
    assert isinstance(found, Unknown)
    assert str(table().read) in found.reason
    assert isinstance(table().find("python3.13"), Runtime)
