"""AWS Backup's answers, parsed."""

from datetime import UTC, datetime

import pytest

from muster.facets.backup import ProtectedResources
from muster.model.finding import Unavailable, UnknownField
from muster.model.listing import parsed

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
VOLUME = "arn:aws-cn:ec2:cn-north-1:123456789012:volume/vol-1"


def test_what_was_backed_up_says_when() -> None:
    answer = {
        "Results": [
            {"ResourceArn": TABLE, "ResourceType": "DynamoDB", "LastBackupTime": AT, "ResourceName": "orders"},
            {"ResourceArn": VOLUME, "ResourceType": "EBS", "LastBackupTime": AT.replace(day=1)},
        ]
    }
    found = ProtectedResources.parse(answer)
    assert found.last_backup(TABLE) == AT
    assert found.last_backup(VOLUME) == AT.replace(day=1)
    assert found.last_backup(TABLE + "s") is None


@pytest.mark.parametrize("answer", [{}, {"Results": []}, {"Results": None}], ids=["nothing", "empty", "null"])
def test_where_nothing_was_backed_up_there_is_no_time(answer: dict[str, object]) -> None:
    assert ProtectedResources.parse(answer).last_backup(TABLE) is None


def test_a_backup_of_an_unknown_time_is_neither_none_nor_a_time() -> None:
    with pytest.raises(UnknownField, match="no time of the last backup"):
        ProtectedResources.parse({"Results": [{"ResourceArn": TABLE}]}).last_backup(TABLE)


def test_a_result_without_arn_is_a_strange_answer() -> None:
    assert isinstance(parsed(ProtectedResources, {"Results": [{"LastBackupTime": AT}]}), Unavailable)
