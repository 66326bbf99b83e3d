"""The receiver of webhooks keeps what it gets and answers as it is told."""

import urllib.error
import urllib.request

import pytest

from local.webhook import Webhook


def post(url: str, body: str) -> tuple[int, str]:
    request = urllib.request.Request(  # noqa: S310 - loopback
        url, data=body.encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        return answer.status, answer.read().decode()


def test_what_is_posted_is_kept() -> None:
    with Webhook() as webhook:
        assert post(webhook.url("/services/a"), '{"text": "Grüße"}') == (200, "ok")
        (kept,) = webhook.wait(1)
    assert (kept.path, kept.document) == ("/services/a", {"text": "Grüße"})
    assert kept.headers["content-type"] == "application/json"


def test_a_refusal_holds_for_its_number_of_posts() -> None:
    with Webhook() as webhook:
        webhook.refuse(429, after=2)
        webhook.refuse(500, times=2)
        codes = []
        for _ in range(3):
            with pytest.raises(urllib.error.HTTPError) as raised:
                post(webhook.url(), "{}")
            codes.append((raised.value.code, raised.value.headers.get("Retry-After")))
        assert codes == [(429, "2"), (500, None), (500, None)]
        assert post(webhook.url(), "{}")[0] == 200
        assert (len(webhook.posts), len(webhook.accepted)) == (4, 1)


def test_a_refusal_without_an_end_lasts_until_it_is_taken_back() -> None:
    with Webhook() as webhook:
        webhook.refuse(404, "no_service", times=None)
        for _ in range(5):
            with pytest.raises(urllib.error.HTTPError):
                post(webhook.url(), "{}")
        webhook.accept()
        assert post(webhook.url(), "{}") == (200, "ok")


def test_waiting_for_what_does_not_come_ends() -> None:
    with Webhook() as webhook, pytest.raises(TimeoutError, match="0 of 1 posts"):
        webhook.wait(1, 0.05)
