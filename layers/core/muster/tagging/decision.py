"""The decision about one resource: set the compliance tag, change it, take it off, or leave it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from muster.configuration.compliance_tags import ComplianceTags
from muster.tagging.marks import Mark

MOST_TAGS = 50
"""Tags that a resource can have, those of AWS itself (`aws:…`) not counted.

https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
"""


class Action(StrEnum):
    """What was done about one resource, or with `--dry-run` would be."""

    SET = "set"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """The resource could not be judged, so its tag stays as it is."""
    EXCLUDED = "excluded"
    """The resource has a tag by which the configuration excludes it."""
    GONE = "gone"
    """The resource was deleted since the scan."""
    FULL = "full"
    """The resource has 50 tags already, and the compliance tag is none of them."""
    REFUSED = "refused"
    """AWS refused to read or to write the tags."""

    @property
    def writes(self) -> bool:
        """Whether the tags of the resource change."""
        return self in (Action.SET, Action.CHANGED, Action.REMOVED)

    @property
    def failed(self) -> bool:
        """Whether the tag is not what the configuration wants, and a person has to act."""
        return self in (Action.FULL, Action.REFUSED)


@dataclass(frozen=True, slots=True)
class Decision:
    """An action, the key as the resource spells it, and the tag's value before and after; None where there is none."""

    action: Action
    key: str
    before: str | None
    after: str | None


def decide(mark: Mark, tags: Mapping[str, str], settings: ComplianceTags, *, any_case: bool = False) -> Decision:
    """Return what to do about a resource with these tags.

    With `any_case` keys that differ in case are one key, as in IAM:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    """
    key = _spelled(settings.key, tags) if any_case else settings.key
    before = tags.get(key)
    if mark is Mark.UNREAD:
        return Decision(Action.KEPT, key, before, before)
    wanted = settings.failed if mark is Mark.FAILED else settings.passed or None
    if wanted == before:
        return Decision(Action.UNCHANGED, key, before, before)
    if wanted is None:
        return Decision(Action.REMOVED, key, before, None)
    if before is not None:
        return Decision(Action.CHANGED, key, before, wanted)
    if sum(not is_of_aws(each) for each in tags) >= MOST_TAGS:
        return Decision(Action.FULL, key, None, None)
    return Decision(Action.SET, key, None, wanted)


def is_of_aws(key: str) -> bool:
    """Return whether only AWS can write a tag: the prefix `aws:` is reserved in any case of its letters."""
    return key.lower().startswith("aws:")


def _spelled(key: str, tags: Mapping[str, str]) -> str:
    return next((each for each in tags if each.lower() == key.lower()), key)
