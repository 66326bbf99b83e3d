"""A signature of ours is botocore's, to the letter."""

import datetime as dt
import urllib.parse

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import example, given
from hypothesis import strategies as st

from muster.sdk.wire.signing import TIME, _key, signed

TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
TOKENS = st.one_of(st.none(), st.just(""), TEXT)
REGIONS = st.sampled_from(["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
HOSTS = st.sampled_from(["site.s3.eu-west-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn", "127.0.0.1:5000"])
PATHS = st.sampled_from(["/", "/site", "/with.dots.in.it", "/Old_Name"])
TIMES = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2036, 12, 31))  # noqa: DTZ001 - botocore's clock has no zone


def botocores(credentials: ReadOnlyCredentials, region: str, at: dt.datetime, url: str) -> dict[str, str]:
    request = AWSRequest("GET", url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: at)
        botocore.auth.S3SigV4Auth(credentials, "s3", region).add_auth(request)
    return dict(request.headers.items())


@given(key=TEXT, secret=TEXT, token=TOKENS, region=REGIONS, host=HOSTS, path=PATHS, page=TOKENS, at=TIMES)
@example("AKIA", "a/b+c=", "t/o+k=", "eu-west-1", "127.0.0.1:5000", "/site", "a+b/c=d&e f~", dt.datetime(2026, 11, 21))  # noqa: DTZ001
def test_the_headers_are_those_that_botocore_adds(  # noqa: PLR0913 - what a signature is made of
    key: str, secret: str, token: str | None, region: str, host: str, path: str, page: str | None, at: dt.datetime
) -> None:
    asked = [("metrics", ""), ("continuation-token", page)] if page else [("metrics", "")]
    query = "&".join(f"{name}={urllib.parse.quote(value, safe='')}" for name, value in sorted(asked))
    credentials = ReadOnlyCredentials(key, secret, token)
    found = signed(credentials, region, at.strftime(TIME), host=host, path=path, query=query)
    assert found == botocores(credentials, region, at, f"https://{host}{path}?{query}")


def test_the_key_of_a_day_and_region_is_derived_once_and_of_another_anew() -> None:
    _key.cache_clear()
    credentials = ReadOnlyCredentials("AKIA", "secret", None)
    for at, region in (
        ("20261121T120000Z", "a"),
        ("20261121T235959Z", "a"),
        ("20261122T000000Z", "a"),
        ("20261122T0", "b"),
    ):
        signed(credentials, region, at, host="h", path="/", query="acl=")
    signed(ReadOnlyCredentials("AKIA", "other", None), "b", "20261122T0", host="h", path="/", query="acl=")
    assert (_key.cache_info().misses, _key.cache_info().hits) == (4, 1)
