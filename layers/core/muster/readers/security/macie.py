"""Reading Macie: its session and its automated discovery in a region."""

import typing
from typing import Any

from muster.facets.security.macie import MacieDiscovery, MacieSession
from muster.model.finding import REGION, Resource
from muster.model.readers import describes

if typing.TYPE_CHECKING:
    from mypy_boto3_macie2 import Macie2Client

_OFF = "Macie is not enabled"


@describes(REGION, permission="macie2:GetMacieSession")
def session(macie: "Macie2Client", _region: Resource) -> MacieSession:
    """Read the status of Macie; that it was never enabled comes as a denial with a message of its own.

    https://docs.aws.amazon.com/macie/latest/APIReference/macie.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    try:
        return MacieSession.parse(macie.get_macie_session())
    except ClientError as error:
        details = error.response.get("Error", {})
        if details.get("Code") == "AccessDeniedException" and _OFF.lower() in str(details.get("Message")).lower():
            return MacieSession("OFF")
        raise


@describes(
    REGION, permission="macie2:GetAutomatedDiscoveryConfiguration", also=("macie2:GetAdministratorAccount",),
    of=MacieSession, when=lambda session: session.enabled,
)  # fmt: skip
def discovery(macie: "Macie2Client", _region: Resource) -> MacieDiscovery:
    """Read whether automated discovery is on; for a member of an organization its administrator decides.

    https://docs.aws.amazon.com/macie/latest/APIReference/administrator.html
    """
    answer: dict[str, Any] = {"administrator": macie.get_administrator_account().get("administrator")}
    if MacieDiscovery.parse(answer).administrator:
        return MacieDiscovery.parse(answer)
    return MacieDiscovery.parse({**answer, **macie.get_automated_discovery_configuration()})
