"""ARNs, and patterns of ARNs, taken apart in one place, and the resources that they name. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from muster.model.finding import ACCOUNT, REGION, Resource

PREFIX = "arn:"

_PARTS = 6
_HOLES = re.compile(r"\{[a-z]*(?:\.\.\.)?\}")
_NAME = r"[^/:\x00-\x1f]+"
_WHOLE = {
    "region": r"(?P<region>[a-z0-9-]+)",
    "account": r"(?P<account>\d{12})",
    "parent": f"(?P<parent>{_NAME})",
    "": _NAME,
    "...": "(?:.+/)?",
}


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
    def kind(self) -> str:
        """The service and the type that the resource begins with, as `glue job`; or the service alone."""
        return f"{self.service} {self.path[0]}" if len(self.path) > 1 else self.service

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


@dataclass(frozen=True, slots=True)
class Named:
    """One resource of an account: by its ARN where that is known, otherwise by its id.

    `region` is empty where neither ARN nor event says it, and for resources that no region owns.
    """

    resource_type: str
    account_id: str
    region: str = ""
    id: str = ""
    arn: str = ""

    def __str__(self) -> str:
        """Return the ARN, or type and id."""
        return self.arn or f"{self.resource_type} {self.id or self.account_id}"

    def names(self, resource: Resource) -> bool:
        """Whether it names this resource."""
        if resource.type != self.resource_type or resource.account_id != self.account_id:
            return False
        if self.resource_type in (ACCOUNT, REGION):
            return True
        return resource.arn == self.arn if self.arn else resource.id == self.id


class ArnForm:
    """The form of a resource type's ARNs, as `ec2:{region}:{account}:instance/{id}`, without `arn` and the partition.

    `{id}` is a name without `/` and `:`, `{id...}` one that may have them; `{}` is another name, and `{...}` a path
    that may be missing. `region` and `account` are left out where the ARNs have none. With `{parent}` an id is two
    names: a stage `prod` of an API `a1b2` has the id `a1b2/prod`.
    """

    def __init__(self, text: str) -> None:
        """Read a form."""
        self.text = text
        self.service = text.partition(":")[0]
        self._pattern = re.compile(_HOLES.sub(_hole, text))

    def named(self, resource_type: str, arn: str) -> Named | None:
        """Return what an ARN names; None where it has another form. The account is empty where the ARN has none."""
        match = self._pattern.fullmatch(arn.partition(":")[2].partition(":")[2])
        if match is None:
            return None
        found = match.groupdict()
        name = f"{found['parent']}/{found['id']}" if "parent" in found else found["id"]
        return Named(resource_type, found.get("account") or "", found.get("region") or "", name, arn)

    def shape(self, partition: str) -> str:
        """Return the form as a person reads it: `arn:aws:ec2:REGION:ACCOUNT:instance/ID`."""
        words = {
            "{id}": "ID",
            "{id...}": "ID",
            "{}": "ID",
            "{...}": "PATH/",
            "{region}": "REGION",
            "{parent}": "PARENT-ID",
        }
        text = _HOLES.sub(lambda match: words.get(match.group(), "ACCOUNT"), self.text)
        return f"arn:{partition}:{text}"

    def glob(self, account: str) -> str:
        """Return a glob that every ARN of the form matches, in the accounts that another glob matches."""
        known = {"{account}": account, "{...}": "*"}
        return f"arn:*:{_HOLES.sub(lambda match: known.get(match.group(), '?*'), self.text)}"

    def arn(self, partition: str, region: str, account_id: str, name: str) -> str:
        """Return the ARN of an id; empty where the form has more holes than the id fills."""
        values = {"{region}": region, "{account}": account_id, "{id}": name, "{id...}": name}
        holes = _HOLES.findall(self.text)
        if "{parent}" in holes:
            values["{parent}"], _, values["{id}"] = name.partition("/")
        if not values.keys() >= set(holes):
            return ""
        text = self.text
        for hole in holes:
            text = text.replace(hole, values[hole])
        return f"arn:{partition}:{text}"


def _hole(match: re.Match[str]) -> str:
    name = match.group()[1:-1]
    if name in _WHOLE:
        return _WHOLE[name]
    return "(?P<id>.+)" if name == "id..." else f"(?P<id>{_NAME})"


def parsed_arn(text: str, forms: Mapping[str, ArnForm]) -> tuple[Named, ...]:
    """Return what an ARN may name among resource types with these forms: nothing where no form is its form.

    Types may share a form, as domains of OpenSearch and of Elasticsearch do: it may name one of each then. The `:*`
    that stands for the streams of a log group is left out.

    Raises:
        ValueError: it is not an ARN.
    """
    Arn.of(text)
    text = text.removesuffix(":*")
    found = (form.named(resource_type, text) for resource_type, form in sorted(forms.items()))
    return tuple(each for each in found if each)
