"""Reading Macie: a denial that says that Macie is off, and one that is a denial."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from muster.facets.security.macie import MacieDiscovery, MacieSession
from muster.readers.security.macie import discovery, session


class Macie:
    """Answers as it was told, and notes what was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, list[str]()

    def __getattr__(self, name: str) -> Any:
        def ask() -> Any:
            self.asked.append(name)
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return ask


def denied(message: str, code: str = "AccessDeniedException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetMacieSession")


def test_macie_that_is_off_is_an_answer() -> None:
    assert session.function(Macie(get_macie_session={"status": "PAUSED"}), None) == MacieSession("PAUSED")
    off = Macie(get_macie_session=denied("Macie is not enabled."))
    assert session.function(off, None) == MacieSession("OFF")


@pytest.mark.parametrize(
    "error",
    [
        denied("User: x is not authorized to perform: macie2:GetMacieSession"),
        denied("Macie is not enabled.", "Throttled"),
    ],
)
def test_another_error_is_none(error: ClientError) -> None:
    with pytest.raises(ClientError):
        session.function(Macie(get_macie_session=error), None)


def test_a_member_is_not_asked_what_its_administrator_decides() -> None:
    administrator = {"accountId": "111122223333", "relationshipStatus": "Enabled"}
    macie = Macie(get_administrator_account={"administrator": administrator})
    assert discovery.function(macie, None) == MacieDiscovery("111122223333", None)
    alone = Macie(get_administrator_account={}, get_automated_discovery_configuration={"status": "ENABLED"})
    assert discovery.function(alone, None) == MacieDiscovery("", "ENABLED")
    assert alone.asked == ["get_administrator_account", "get_automated_discovery_configuration"]
