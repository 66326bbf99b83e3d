"""IAM Access Analyzer, which moto does not have: analyzers are made, listed and deleted.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return the operations of IAM Access Analyzer; the analyzers are remembered in it."""
    made = _Analyzers()
    return {
        "accessanalyzer:CreateAnalyzer": made.create,
        "accessanalyzer:ListAnalyzers": made.listed,
        "accessanalyzer:DeleteAnalyzer": made.delete,
    }


@dataclass(slots=True)
class _Analyzers:
    by_place: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Make an analyzer that is active at once."""
        account, region = owner = place(request)
        name = str(request.parameters["analyzerName"])
        if name in self.by_place.get(owner, {}):
            return request.refuse("ConflictException", f"An analyzer with the name {name} exists", 409)
        arn = f"arn:aws:access-analyzer:{region}:{account}:analyzer/{name}"
        self.by_place.setdefault(owner, {})[name] = {
            "arn": arn,
            "name": name,
            "type": request.parameters["type"],
            "createdAt": datetime.now(UTC),
            "tags": dict(request.parameters.get("tags") or {}),
            "status": "ACTIVE",
        }
        return request.answer({"arn": arn})

    def listed(self, request: Request) -> Answer:
        """Answer a page of the analyzers, of one type if it is named."""
        kind = request.parameters.get("type")
        found = [each for each in self.by_place.get(place(request), {}).values() if kind in (None, each["type"])]
        start, size = (
            int(request.parameters.get(key) or default) for key, default in (("nextToken", 0), ("maxResults", 100))
        )
        more = {"nextToken": str(start + size)} if start + size < len(found) else {}
        return request.answer({"analyzers": found[start : start + size], **more})

    def delete(self, request: Request) -> Answer:
        """Delete an analyzer."""
        self.by_place.get(place(request), {}).pop(str(request.parameters["analyzerName"]), None)
        return request.answer({})
