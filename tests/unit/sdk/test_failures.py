"""A call that fails becomes a value: its error, and the reason why what it reads is unavailable."""

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest

from muster.model.finding import Unavailable
from muster.sdk.errors import AssumeRoleError
from muster.sdk.failures import Failure, read

PERMISSIONS = ("dax:DescribeClusters", "dax:ListTags")


def denied(operation: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)


def raising(error: BaseException) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


def test_a_call_that_succeeds_is_its_value() -> None:
    assert read(lambda: 7, PERMISSIONS, "Tags") == 7


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        pytest.param("DescribeClusters", "dax:DescribeClusters", id="the first call's"),
        pytest.param("ListTags", "dax:ListTags", id="the second call's"),
        pytest.param("GetTags", "dax:DescribeClusters", id="named otherwise than its permission: the first"),
        pytest.param("Tags", "dax:DescribeClusters", id="the whole name counts"),
    ],
)
def test_a_denied_call_names_the_permission_of_its_operation(operation: str, permission: str) -> None:
    error = denied(operation)
    failed = read(raising(error), PERMISSIONS, "Tags")
    assert isinstance(failed, Failure)
    assert failed.unavailable == Unavailable(permission, "access denied (AccessDenied)")
    assert failed.code == "AccessDenied"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(OSError("no"), "dax:DescribeClusters failed (OSError: no)", id="the network's"),
        pytest.param(AssumeRoleError("the role is gone", None), "the role is gone", id="the role's"),
        pytest.param(
            botocore.parsers.ResponseParserError("not XML"),
            "dax:DescribeClusters failed (ResponseParserError: not XML)",
            id="an answer that is no answer",
        ),
        pytest.param(
            KeyError("Tags"),
            "AWS returned an unexpected response (Tags: KeyError('Tags'))",
            id="an answer of another shape",
        ),
    ],
)
def test_an_error_that_is_no_fault_of_ours_is_a_reason(error: Exception, reason: str) -> None:
    failed = read(raising(error), PERMISSIONS, "Tags")
    assert isinstance(failed, Failure)
    assert failed.unavailable == Unavailable(None, reason)


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_any_other_error_is_raised(error: BaseException) -> None:
    with pytest.raises(type(error)):
        read(raising(error), PERMISSIONS, "Tags")
