"""How many examples a law gets, by Hypothesis's profile: fewer in every run, many at night."""

from hypothesis import settings


def examples(count: int) -> int:
    """Return how many examples to draw where 100 would be drawn of any other law by Hypothesis's own default."""
    return max(1, count * settings.default.max_examples // 100)
