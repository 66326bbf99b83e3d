"""What is said of a name that nobody knows."""

import pytest

from muster.model.suggest import FEW, unknown

MANY = [f"name-{number}" for number in range(FEW + 1)]


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        pytest.param("alhpa", ["alpha", "beta"], "alhpa is not a pack; did you mean alpha?", id="nearly"),
        pytest.param("ALPHA", ["alpha", "beta"], "ALPHA is not a pack; did you mean alpha?", id="in capitals"),
        pytest.param("x", ["beta", "alpha"], "x is not a pack; known are alpha, beta", id="few are listed"),
        pytest.param("x", MANY, "x is not a pack", id="many are not"),
        pytest.param(
            "s3-bucket-public",
            [*MANY, "s3-bucket-public-access-prohibited", "s3-bucket-sse-c-blocked"],
            "s3-bucket-public is not a pack; did you mean s3-bucket-public-access-prohibited?",
            id="its beginning",
        ),
        pytest.param(
            "alpha",
            ["alpha-one", "alpha-two", "alphb"],
            "alpha is not a pack; did you mean alpha-one or alpha-two?",
            id="several begin so",
        ),
        pytest.param(
            "sqs", [*MANY, "sqs-a", "sqs-bb"], "sqs is not a pack; did you mean sqs-a or sqs-bb?", id="its first word"
        ),
        pytest.param("sq", [*MANY, "sqs-a"], "sq is not a pack", id="less than a word"),
        pytest.param(
            "alpha",
            ["alpha-a", "alpha-bbbbb", "alpha-cc", "alpha-ddd", "alpha-eeee", *MANY],
            "alpha is not a pack; did you mean alpha-a, alpha-cc, alpha-ddd or alpha-eeee?",
            id="of too many that begin so, the nearest",
        ),
        pytest.param("\x1b" + "x" * 100_000, ["a"], f"\\x1b{'x' * 95}… is not a pack; known are a", id="odd and long"),
        pytest.param("", MANY, "'' is not a pack", id="empty"),
        pytest.param("x", [], "x is not a pack; there is none here", id="none"),
    ],
)
def test_the_sentence_helps(name: str, known: list[str], said: str) -> None:
    assert unknown(name, "a pack", known) == said


def test_of_many_names_a_command_is_told_that_lists_them() -> None:
    assert unknown("x", "a check", MANY) == "x is not a check; 'muster list checks' has the names"
