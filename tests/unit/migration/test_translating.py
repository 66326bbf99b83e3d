"""Laws of the translation: what it makes is accepted and names the target; what it does not know it leaves alone."""

import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.migration.translating import Translation
from tests.examples import examples

HERE, THERE, OURS, THEIRS = "eu-west-1", "us-east-1", "111122223333", "123456789012"
NAMES = {"orders": "orders-eu", "data-us-east-1": "data-us-east-1-eu", "/app/log": "/app/log-eu", "kept": "kept"}
TRANSLATION = Translation(THERE, HERE, THEIRS, OURS, NAMES, "eu")

words = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
names = st.one_of(st.sampled_from(sorted(NAMES)), words)
services = st.sampled_from(["dynamodb", "sqs", "s3", "logs", "iam"])


def arn(service: str, region: str, account: str, name: str) -> str:
    return f"arn:aws:{service}:{region}:{account}:{name}"


@given(services, names)
@settings(max_examples=examples(100))
def test_an_arn_becomes_that_of_the_target(service: str, name: str) -> None:
    made = TRANSLATION.text(arn(service, THERE, THEIRS, name))
    assert made == arn(service, HERE, OURS, NAMES.get(name, name))
    assert TRANSLATION.accepts(arn(service, THERE, THEIRS, name), made)
    assert TRANSLATION.names_source(arn(service, THERE, THEIRS, name))
    assert not TRANSLATION.names_source(made)


@given(services, names)
def test_an_arn_of_the_source_is_not_accepted_as_one_of_the_target(service: str, name: str) -> None:
    theirs = arn(service, THERE, THEIRS, name)
    assert not TRANSLATION.accepts(theirs, theirs)


@given(st.text())
def test_a_text_without_region_account_or_name_stays(text: str) -> None:
    if not any(each in text for each in (THERE, THEIRS, *NAMES, "\0")):
        assert TRANSLATION.text(text) == text
        assert TRANSLATION.accepts(text, text)


@given(st.text())
@example("\x005\x00")
def test_every_text_can_be_translated(text: str) -> None:
    assert TRANSLATION.accepts(text, TRANSLATION.text(text))
    TRANSLATION.names_source(text)
