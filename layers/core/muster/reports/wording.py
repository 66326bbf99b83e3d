"""Phrases that several reports and the command share."""


def difference(predicted: int, made: int) -> str:
    """Return how many calls were made, and how far that is from the prediction."""
    calls = f"{made:,} call" if made == 1 else f"{made:,} calls"
    if made == predicted:
        return f"{calls} as predicted"
    if not predicted:
        return f"{calls}, where none was predicted"
    percent = abs(made - predicted) / predicted * 100
    share = "less than 0.1 %" if percent < 0.1 else f"{percent:,.1f} %"  # noqa: PLR2004 - it would read 0.0
    return f"{calls}, {share} {'more' if made > predicted else 'fewer'} than the {predicted:,} predicted"
