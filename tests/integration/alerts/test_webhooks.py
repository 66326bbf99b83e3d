"""Slack and Teams: what they get, what their errors lead to, and that the URL of a webhook never shows."""

import json
import logging
import socket
import ssl
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from muster.alerts.destinations import slack, teams, webhook
from muster.alerts.destinations.sending import Place, Unsent, persistently
from muster.configuration import Destination, Kind
from tests.integration.alerts.conftest import REGION
from tests.integration.alerts.hooks import Hook
from tests.unit.alerts.events import digest

SLACK = Destination(Kind.SLACK, "ssm:/muster/hook")
TEAMS = Destination(Kind.TEAMS, "secretsmanager:muster/hook")
PATH = "notARealSecret"


def unsent(send: Callable[[], None]) -> Unsent:
    """Return the error with which a message is not sent, after looking for the secret in all of it."""
    with pytest.raises(Unsent) as caught:
        send()
    shown = "".join(traceback.format_exception(caught.value))
    assert PATH not in shown
    assert "B4567" not in shown
    return caught.value


def ours(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was logged; at DEBUG, the SDK itself logs whole answers, that with the URL too."""
    return "".join(each.getMessage() for each in caplog.records if not each.name.startswith(("boto", "moto", "respon")))


def test_slack_gets_blocks_at_the_url_of_a_parameter(place: Place, webhook: Hook) -> None:
    slack.send(digest(), SLACK, place)
    assert webhook.got == [slack.message(digest())]


def test_teams_gets_a_card_at_the_url_of_a_secret(place: Place, webhook: Hook) -> None:
    webhook.answers = [(202, {}, "")]
    teams.send(digest(), TEAMS, place)
    assert webhook.got == [teams.message(digest())]


@pytest.mark.parametrize("value", ['{"url": "%s"}', '{ "team": "a", "url": " %s " }', " %s\n"])
def test_a_secret_may_be_json_as_the_console_writes_it(place: Place, webhook: Hook, value: str) -> None:
    client = place.clients.get("secretsmanager", REGION)
    client.create_secret(Name="muster/json", SecretString=value.replace("%s", webhook.url))
    slack.send(digest(), Destination(Kind.SLACK, "secretsmanager:muster/json"), place)
    assert len(webhook.got) == 1


@pytest.mark.parametrize(
    ("answer", "said", "again", "after"),
    [
        ((429, {"Retry-After": "7"}, ""), "HTTP 429", True, 7),
        ((429, {}, ""), "HTTP 429", True, 0),
        ((429, {"Retry-After": "soon"}, ""), "HTTP 429", True, 0),
        ((503, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, ""), "HTTP 503", True, 600),
        ((503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, ""), "HTTP 503", True, 0),
        ((500, {}, "internal"), "HTTP 500", True, 0),
        ((400, {}, "invalid_payload"), "HTTP 400: 'invalid_payload'", False, 0),
        ((403, {}, "action_prohibited"), "HTTP 403", False, 0),
        ((404, {}, "no_service"), "HTTP 404: 'no_service'", False, 0),
        ((410, {}, "channel_is_archived"), "HTTP 410", False, 0),
        ((302, {"Location": "https://example.com/login"}, ""), "HTTP 302", False, 0),
        ((404, {}, f"no hook at /services/T0123/B4567/{PATH}"), "HTTP 404", False, 0),
        ((200, {}, "<html>Sign in</html>"), "Slack answers ok", False, 0),
        ("hang", "did not answer (", True, 0),
        ("drip", "did not answer (", True, 0),
        ("reset", "did not answer (", True, 0),
        ("nonsense", "did not answer (", True, 0),
    ],
)
def test_an_error_says_whether_another_try_may_help(  # noqa: PLR0913 - a row of the table
    place: Place,
    webhook: Hook,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, dict[str, str], str] | str,
    said: str,
    again: bool,
    after: int,
) -> None:
    monkeypatch.setattr("muster.alerts.destinations.webhook.READ", 0.3)
    monkeypatch.setattr("muster.alerts.destinations.webhook.WHOLE", 0.6)
    caplog.set_level(logging.DEBUG)
    webhook.answers = [answer]
    error = unsent(lambda: slack.send(digest(), SLACK, place))
    assert said in str(error)
    assert (error.again, error.after) == (again, after)
    assert PATH not in ours(caplog)


@pytest.mark.parametrize("kind", [slack, teams])
@pytest.mark.parametrize(
    "query", [f"?api-version=1&sig={PATH}%2FB4567x", f"/{PATH}/B4567x", f"?a=b&code={PATH}", f"#{PATH}"]
)
@pytest.mark.parametrize("answer", [(200, "<html>%s</html>"), (404, "signature %s is wrong")])
def test_an_answer_that_repeats_a_secret_in_path_or_query_is_not_shown(
    place: Place, webhook: Hook, kind: Any, query: str, answer: tuple[int, str]
) -> None:
    url = f"http://127.0.0.1:{webhook.port}/workflows{query}"
    place.clients.get("ssm", REGION).put_parameter(Name="/muster/hook", Value=url, Type="SecureString", Overwrite=True)
    for repeated in (PATH, f"{PATH}/B4567x", f"{PATH}%2FB4567x", url):
        webhook.answers = [(answer[0], {}, answer[1].replace("%s", repeated))]
        unsent(lambda: kind.send(digest(), Destination(Kind.SLACK, "ssm:/muster/hook"), place))


@pytest.mark.usefixtures("webhook")
def test_no_log_has_the_url(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    slack.send(digest(), SLACK, place)
    assert PATH not in ours(caplog)


def test_a_webhook_that_nobody_serves_is_worth_another_try(place: Place) -> None:
    ssm = place.clients.get("ssm", REGION)
    ssm.put_parameter(Name="/muster/hook", Value=f"http://127.0.0.1:9/{PATH}", Type="SecureString")
    error = unsent(lambda: slack.send(digest(), SLACK, place))
    assert "did not answer" in str(error)
    assert error.again


@pytest.mark.parametrize(
    "value",
    [
        "no URL",
        "hooks.slack.com/services/notARealSecret",
        "ftp://example.com/notARealSecret",
        "http://hooks.slack.com/services/notARealSecret",
        "https:///services/notARealSecret",
        "https://[::1/notARealSecret",
        "https://example.com:x/notARealSecret",
        "https://example.com/a b/notARealSecret",
        "https://user@example.com/notARealSecret",
        '{"address": "https://example.com/notARealSecret"}',
        '{"url": 5}',
        '{"url": "https://example.com/notARealSecret"',
        '{"notARealSecret":' * 3_000,
    ],
)
def test_a_secret_that_is_no_url_is_named_and_not_shown(place: Place, value: str) -> None:
    place.clients.get("ssm", REGION).put_parameter(Name="/muster/hook", Value=value, Type="SecureString")
    error = unsent(lambda: slack.send(digest(), SLACK, place))
    assert str(error).startswith("ssm:/muster/hook does not hold the URL of a webhook")
    assert not error.again


@pytest.mark.parametrize("reference", ["ssm:/muster/gone", "secretsmanager:muster/gone"])
def test_a_secret_that_is_missing_is_named(place: Place, reference: str) -> None:
    error = unsent(lambda: slack.send(digest(), Destination(Kind.SLACK, reference), place))
    assert f"cannot read the webhook's URL from {reference}" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "https://contoso.webhook.office.com/webhookb2/notARealSecret",
        "https://outlook.office.com/webhook/notARealSecret",
        "https://CONTOSO.webhook.office.com./webhookb2/notARealSecret",
    ],
)
def test_a_connector_of_teams_is_retired(place: Place, url: str) -> None:
    place.clients.get("ssm", REGION).put_parameter(Name="/muster/hook", Value=url, Type="SecureString")
    error = unsent(lambda: teams.send(digest(), Destination(Kind.TEAMS, "ssm:/muster/hook"), place))
    assert "an Office 365 connector, which Microsoft has retired; make a workflow in Teams" in str(error)
    assert not error.again


def test_what_fails_for_now_is_tried_again_as_late_as_the_webhook_says(place: Place, webhook: Hook) -> None:
    waits: list[float] = []
    webhook.answers = [(429, {"Retry-After": "7"}, ""), (500, {}, ""), (200, {}, "ok")]
    patient = Place(place.clients, REGION, "", "aws", "", sleep=waits.append)
    persistently(lambda: slack.send(digest(), SLACK, patient), patient)
    assert len(webhook.got) == 3
    assert waits[0] == 7
    assert 0 <= waits[1] <= 20


def test_what_fails_for_good_is_tried_once(place: Place, webhook: Hook) -> None:
    webhook.answers = [(404, {}, "no_service")]
    unsent(lambda: persistently(lambda: slack.send(digest(), SLACK, place), place))
    assert len(webhook.got) == 1


@pytest.mark.parametrize(("left", "tries"), [(30.0, 1), (90.0, 6)])
def test_no_try_waits_for_longer_than_there_is_time(place: Place, webhook: Hook, left: float, tries: int) -> None:
    webhook.answers = [(429, {"Retry-After": "60"}, "")]
    hasty = Place(place.clients, REGION, "", "aws", "", left=lambda: left, sleep=lambda _seconds: None)
    unsent(lambda: persistently(lambda: slack.send(digest(), SLACK, hasty), hasty))
    assert len(webhook.got) == tries


def test_a_message_is_utf_8(place: Place, webhook: Hook) -> None:
    slack.send(digest(1, "标签 ä"), SLACK, place)
    assert "标签 ä" in json.dumps(webhook.got, ensure_ascii=False)


def test_a_host_is_that_of_the_url() -> None:
    assert webhook.host_of("https://Hooks.Slack.com/services/x") == "hooks.slack.com"
    assert webhook.host_of("nowhere") == ""


@contextmanager
def untrusted() -> Iterator[int]:
    """Serve TLS with a certificate that nobody has signed, and return the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file, socket.create_server(("127.0.0.1", 0)) as server:
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.write(key.private_bytes(serialization.Encoding.PEM, *plain))
        file.flush()
        context.load_cert_chain(file.name)

        def serve() -> None:
            with suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])


def test_a_server_whose_certificate_nobody_signed_gets_nothing(place: Place) -> None:
    with untrusted() as port:
        url = f"https://localhost:{port}/services/{PATH}"
        place.clients.get("ssm", REGION).put_parameter(Name="/muster/hook", Value=url, Type="SecureString")
        error = unsent(lambda: slack.send(digest(), SLACK, place))
    assert "did not answer (SSLCertVerificationError)" in str(error)
    assert not error.again
