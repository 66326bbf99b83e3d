"""The tags of a resource, whichever way the service spells them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Tags:
    """All tags by key; `own` leaves out those that AWS itself sets (`aws:…`)."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `Tags` of an EC2 item or `TagSet` of a bucket; neither means that there is no tag."""
        pairs = response.get("Tags") or response.get("TagSet") or ()
        return cls({pair["Key"]: pair.get("Value") or "" for pair in pairs})

    @property
    def own(self) -> Mapping[str, str]:
        """The tags that somebody chose: the prefix `aws:` is reserved in any case of its letters."""
        return {key: value for key, value in self.values.items() if not key.lower().startswith("aws:")}
