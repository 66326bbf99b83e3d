"""ARNs, and patterns of ARNs, taken apart in one place. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import re
from dataclasses import dataclass

PREFIX = "arn:"

_PARTS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN after `arn`; `region` and `account` are empty where the service's ARNs have none."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> "Arn | None":
        """Parse an ARN, or a pattern of ARNs that has all six parts; return None for any other text."""
        first, *rest = parts(text)
        return cls(*rest) if first == "arn" and len(rest) == _PARTS - 1 else None

    @classmethod
    def of(cls, text: object) -> "Arn":
        """Parse what AWS documents as an ARN.

        Raises:
            ValueError: it is not an ARN.
        """
        if (arn := cls.parse(str(text))) is None:
            raise ValueError(f"{text!r} is not an ARN")
        return arn

    @property
    def path(self) -> tuple[str, ...]:
        """The resource, split at each `/` and `:`: its type, where the service names one, and its names."""
        return tuple(re.split("[/:]", self.resource))

    @property
    def name(self) -> str:
        """The last name in the resource, after its type and path."""
        return self.path[-1]


def parts(text: str) -> list[str]:
    """Split a text at its first five colons; a pattern of ARNs may have fewer than six parts."""
    return text.split(":", _PARTS - 1)


def account_of(text: str) -> str:
    """Return the account of an ARN or of a pattern of ARNs; empty where it has none or is not an ARN."""
    arn = Arn.parse(text)
    return arn.account if arn else ""
