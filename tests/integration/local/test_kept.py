"""What moto is let keep is what it would work out anew."""

import moto.backends
import pytest
from moto.backends import get_backend
from moto.core.base_backend import BaseBackend

from local import kept


@pytest.fixture(autouse=True)
def _kept() -> None:
    kept.keep()


@pytest.mark.parametrize("service", ["s3", "ec2", "sqs"])
def test_the_addresses_are_those_that_moto_lists(service: str) -> None:
    backend = get_backend(service)["123456789012"]["us-east-1" if service != "s3" else "aws"]
    assert backend.urls.keys() == kept._listed_addresses(backend).keys()
    assert backend.urls is backend.urls


def test_the_addresses_follow_the_endpoints_that_moto_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = get_backend("s3")["123456789012"]["aws"]
    ordinary = backend.urls
    monkeypatch.setenv("MOTO_S3_CUSTOM_ENDPOINTS", "https://storage.example.com")
    assert any("storage.example.com" in each for each in backend.urls)
    monkeypatch.undo()
    assert backend.urls is ordinary


def test_the_modules_are_those_that_moto_lists() -> None:
    assert moto.backends.list_of_moto_modules() == list(kept._listed_modules())
    assert "s3" in moto.backends.list_of_moto_modules()


def test_keeping_twice_is_keeping_once() -> None:
    before = BaseBackend.urls
    kept.keep()
    assert BaseBackend.urls.fget is before.fget
