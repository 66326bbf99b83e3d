"""Answers that are yes, no or not known: None is an answer that cannot be told. Pure."""

from collections.abc import Iterable


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Return whether one of the answers is yes; None where that depends on one that is not known."""
    result: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        result = None if answer is None else result
    return result


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Return whether all answers are yes; None where that depends on one that is not known."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        result = None if answer is None else result
    return result
