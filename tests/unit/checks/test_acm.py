"""Certificates in ACM: their expiry and their keys."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.checks.edge.acm import acm_certificate_expiration_check, acm_certificate_rsa_check
from muster.facets.edge.acm import Certificate
from muster.model.finding import ObservedAt, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 29, tzinfo=UTC)
GOOD = Certificate("ISSUED", AT + timedelta(days=90), "RSA_2048", "AMAZON_ISSUED", in_use=True, renewed=True)


def certificate(**fields: Any) -> Certificate:
    return dataclasses.replace(GOOD, **fields)


def in_days(days: float) -> dict[str, Any]:
    return {"expires": AT + timedelta(days=days)}


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        pytest.param({}, C, "Certificate expires on 2027-02-27, 90 days from the scan (renewable, in use)", id="far"),
        pytest.param(in_days(30.5), C, "", id="more than 30 days"),
        pytest.param(in_days(30), N, "", id="30 days exactly"),
        pytest.param({**in_days(5), "origin": "IMPORTED", "renewed": False, "in_use": False}, N,
                     "Certificate expires on 2026-12-04, 5 days from the scan (imported, not in use); "
                     "at least 30 days are required", id="imported"),
        pytest.param(in_days(-1), N, "", id="past, and not yet called expired"),
        pytest.param({**in_days(-9), "status": "EXPIRED"}, N, "Certificate is expired (renewable, in use)", id="over"),
        *[pytest.param({"status": each, "expires": None}, NA, f"Certificate has status {each}", id=each)
          for each in ("PENDING_VALIDATION", "FAILED", "VALIDATION_TIMED_OUT", "REVOKED", "INACTIVE")],
    ],
)  # fmt: skip
def test_expiry(fields: dict[str, Any], status: Status, reason: str) -> None:
    verdict = acm_certificate_expiration_check(certificate(**fields), ObservedAt(AT))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_the_days_are_a_setting() -> None:
    assert acm_certificate_expiration_check(GOOD, ObservedAt(AT), days=90).status is N
    assert acm_certificate_expiration_check(GOOD, ObservedAt(AT), days=14).status is C


@pytest.mark.parametrize(
    ("key_type", "status", "reason"),
    [
        ("RSA_2048", C, "RSA key has 2048 bits"),
        ("RSA_4096", C, ""),
        ("RSA_1024", N, "RSA key has 1024 bits; at least 2048 are required"),
        ("EC_prime256v1", NA, "Certificate has an elliptic curve key"),
    ],
)
def test_keys(key_type: str, status: Status, reason: str) -> None:
    verdict = acm_certificate_rsa_check(certificate(key_type=key_type))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize("fields", [{"status": Unknown("x")}, {"expires": None}])
def test_an_expiry_that_is_not_known_is_no_verdict(fields: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        acm_certificate_expiration_check(certificate(**fields), ObservedAt(AT))


def test_a_certificate_is_parsed_with_either_spelling_of_its_key() -> None:
    item = {"Status": "ISSUED", "NotAfter": AT, "KeyAlgorithm": "RSA-2048", "Type": "IMPORTED", "InUse": False}
    wanted = Certificate("ISSUED", AT, "RSA_2048", "IMPORTED", in_use=False, renewed=False)
    assert Certificate.parse(item) == wanted
    assert Certificate.parse({**item, "KeyAlgorithm": "RSA_2048", "RenewalEligibility": "INELIGIBLE"}) == wanted
    assert isinstance(Certificate.parse({"KeyAlgorithm": "DSA_1"}).key_type, Unknown)
