"""Where moto's Macie answers otherwise than AWS documents: a session is there from the start, discovery is missing.

https://docs.aws.amazon.com/macie/latest/APIReference/macie.html
https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html
"""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Macie, by operation; what was enabled is remembered in it."""
    made = _Macie()
    return {
        "macie2:EnableMacie": made.enable,
        "macie2:DisableMacie": made.disable,
        "macie2:GetMacieSession": made.session,
        "macie2:UpdateMacieSession": made.update,
        "macie2:GetAdministratorAccount": made.administrator,
        "macie2:GetAutomatedDiscoveryConfiguration": made.discovery,
        "macie2:UpdateAutomatedDiscoveryConfiguration": made.update_discovery,
    }


@dataclass(slots=True)
class _Macie:
    enabled: set[Place] = field(default_factory=set)
    discovering: set[Place] = field(default_factory=set)

    def enable(self, request: Request) -> None:
        """Note that Macie is enabled."""
        self.enabled.add(place(request))

    def disable(self, request: Request) -> None:
        """Note that Macie is disabled, and discovers nothing."""
        self.enabled.discard(place(request))
        self.discovering.discard(place(request))

    def session(self, request: Request) -> Answer | None:
        """Deny the session where Macie was never enabled, in AWS's words."""
        return None if place(request) in self.enabled else _off(request)

    def update(self, request: Request) -> Answer:
        """Pause Macie, or go on."""
        if place(request) not in self.enabled:
            return _off(request)
        account, region = place(request)
        from moto.macie2.models import macie2_backends  # noqa: PLC0415 - moto takes seconds to import

        session: dict[str, Any] = macie2_backends[account][region].macie_session or {}
        session["status"] = json.loads(request.body).get("status", session.get("status"))
        return HTTPStatus.OK, "{}"

    def administrator(self, request: Request) -> Answer | None:
        """Leave it to moto where Macie is on."""
        return None if place(request) in self.enabled else _off(request)

    def discovery(self, request: Request) -> Answer:
        """Say whether Macie discovers sensitive data by itself."""
        if place(request) not in self.enabled:
            return _off(request)
        status = "ENABLED" if place(request) in self.discovering else "DISABLED"
        return HTTPStatus.OK, json.dumps({"status": status, "autoEnableOrganizationMembers": "NONE"})

    def update_discovery(self, request: Request) -> Answer:
        """Switch discovery on or off."""
        change = self.discovering.add if json.loads(request.body)["status"] == "ENABLED" else self.discovering.discard
        change(place(request))
        return HTTPStatus.OK, "{}"


def _off(request: Request) -> Answer:
    return request.refuse("AccessDeniedException", "Macie is not enabled.", HTTPStatus.FORBIDDEN)
