"""The least that the work takes in Python: raw HTTP, lxml, only what is judged, nothing but counts, nothing written.

Requests are signed by hand, connections are kept, a page's tree is asked only for the members that a check reads.
There are no retries and no reasons: it is the bound that a scanner's CPU is held against, not a scanner.
"""

import hashlib
import hmac
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click
from lxml import etree

from benchmarks.measuring import REGIONS, cpu, peak_mb
from testing.fake_aws.estate import (
    ENCRYPTION,
    LIFECYCLE,
    METRICS,
    MONITORING,
    OLD,
    PUBLIC_ACCESS,
    REQUIRED,
    TAGS,
    TLS,
    TOKENS,
    VERSIONING,
)

_EC2 = "{http://ec2.amazonaws.com/doc/2016-11-15/}"
_S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_NOTHING = hashlib.sha256(b"").hexdigest()
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_WANTED = frozenset(REQUIRED)
_OK, _ABSENT = 200, 404

Verdict = tuple[str, str]


@click.command(help=__doc__)
@click.option("--endpoint", required=True)
@click.option("--threads", default=16, show_default=True)
@click.option("--region", "regions", multiple=True, default=REGIONS, show_default=True)
def main(endpoint: str, threads: int, regions: Sequence[str]) -> None:
    """Judge, and print what it took as one line of JSON."""
    start, began = cpu(), time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        instances = beside.submit(
            lambda: Counter(verdict for region in regions for verdict in _instances(Service(endpoint, "ec2", region)))
        )
        counts = Counter(_buckets(endpoint, regions, threads)) + instances.result()
    answered = {f"{check} {status}": number for (check, status), number in counts.items()}
    took = {"start": start, "wall": time.monotonic() - began, "peak_mb": peak_mb()}
    json.dump({**took, "counts": answered}, sys.stdout)


class Service:
    """The endpoint of a service in a region: signs by Signature Version 4 and keeps a connection for each thread.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """

    def __init__(self, endpoint: str, name: str, region: str) -> None:
        """Take the credentials of the environment, and derive the day's key once."""
        self.host = urllib.parse.urlsplit(endpoint).netloc
        self._key_id, day = os.environ["AWS_ACCESS_KEY_ID"], time.strftime("%Y%m%d", time.gmtime())
        key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
        for part in (day, region, name, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._key, self._scope = key, f"{day}/{region}/{name}/aws4_request"
        self._kept = threading.local()

    def get(self, path: str, query: str) -> bytes:
        """Return the answer to a GET, empty where S3 says that there is none."""
        status, body = self._request("GET", path, query, b"", _NOTHING)
        assert status in (_OK, _ABSENT), body
        return body if status == _OK else b""

    def post(self, form: str) -> bytes:
        """Return the answer to a POST of fields."""
        body = form.encode()
        status, answered = self._request("POST", "/", "", body, hashlib.sha256(body).hexdigest())
        assert status == _OK, answered
        return answered

    def _request(self, method: str, path: str, query: str, body: bytes, digest: str) -> tuple[int, bytes]:
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signed = "host;x-amz-content-sha256;x-amz-date"
        canonical = (
            f"{method}\n{path}\n{query}\nhost:{self.host}\nx-amz-content-sha256:{digest}\nx-amz-date:{at}\n\n"
            f"{signed}\n{digest}"
        )
        text = f"AWS4-HMAC-SHA256\n{at}\n{self._scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key, text.encode(), "sha256").hex()
        who = f"AWS4-HMAC-SHA256 Credential={self._key_id}/{self._scope}, SignedHeaders={signed}, Signature={signature}"
        headers = {"x-amz-date": at, "x-amz-content-sha256": digest, "Authorization": who}
        if body:
            headers["Content-Type"] = _FORM
        connection = self._connection()
        connection.request(method, f"{path}?{query}" if query else path, body or None, headers)
        response = connection.getresponse()
        return response.status, response.read()

    def _connection(self) -> http.client.HTTPConnection:
        kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        if kept is None:
            kept = self._kept.connection = http.client.HTTPConnection(self.host, timeout=60)
        return kept


def _instances(ec2: Service) -> Iterator[Verdict]:
    """Yield check and status of each instance, page by page."""
    token = ""
    while True:
        form = {"Action": "DescribeInstances", "Version": "2016-11-15", "MaxResults": "1000"}
        answered = ec2.post(urllib.parse.urlencode(form | ({"NextToken": token} if token else {})))
        root = etree.XML(answered, _BARE)
        for instance in root.iter(f"{_EC2}instanceId"):
            yield from _instance(instance.getparent())
        token = root.findtext(f"{_EC2}nextToken")
        if not token:
            return


def _instance(instance: Any) -> Iterator[Verdict]:
    found = {child.tag: child for child in instance.iterchildren(*_READ)}
    tags = found.get(_TAG_SET)
    keys = {item[0].text for item in tags} if tags is not None else set()
    yield TAGS, _whether(keys >= _WANTED)
    options = {option.tag: option.text for option in found[_OPTIONS].iterchildren(_TOKENS, _ENDPOINT)}
    yield TOKENS, _whether(options[_ENDPOINT] == "disabled" or options[_TOKENS] == "required")
    if found[_STATE].findtext(f"{_EC2}name") != "running":
        yield MONITORING, "NOT_APPLICABLE"
    else:
        yield MONITORING, _whether(found[_MONITORING][0].text == "enabled")


_READ = _STATE, _MONITORING, _TAG_SET, _OPTIONS = tuple(
    f"{_EC2}{name}" for name in ("instanceState", "monitoring", "tagSet", "metadataOptions")
)
_BARE = etree.XMLParser(remove_blank_text=True, collect_ids=False)
_TOKENS, _ENDPOINT = f"{_EC2}httpTokens", f"{_EC2}httpEndpoint"


def _buckets(endpoint: str, regions: Sequence[str], threads: int) -> Iterator[Verdict]:
    """Yield check and status of each bucket, from a few threads, each asked where it is."""
    services = {region: Service(endpoint, "s3", region) for region in regions}

    def judged(named: tuple[str, str]) -> list[Verdict]:
        name, region = named
        return [(check, _whether(fine(services[region].get(f"/{name}", query)))) for check, query, fine in _QUESTIONS]

    with ThreadPoolExecutor(threads) as pool:
        for verdicts in pool.map(judged, list(_names(services[regions[0]]))):
            yield from verdicts


def _names(s3: Service) -> Iterator[tuple[str, str]]:
    query = "max-buckets=10000"
    while True:
        root = etree.XML(s3.get("/", query))
        for name in root.iter(f"{_S3}Name"):
            yield name.text, name.getparent().findtext(f"{_S3}BucketRegion")
        token = root.findtext(f"{_S3}ContinuationToken")
        if not token:
            return
        query = f"continuation-token={urllib.parse.quote(token, safe='')}&max-buckets=10000"


def _whether(fine: object) -> str:
    return "COMPLIANT" if fine else "NON_COMPLIANT"


def _texts(body: bytes, name: str) -> list[str]:
    return [each.text for each in etree.XML(body).iter(_S3 + name)] if body else []


def _covers(body: bytes) -> bool:
    if not body:
        return False
    for rule in etree.XML(body).iterchildren(f"{_S3}Rule"):
        days = rule.findtext(f"{_S3}Expiration/{_S3}Days")
        whole = not rule.findtext(f"{_S3}Filter/{_S3}Prefix") and rule.findtext(f"{_S3}Status") == "Enabled"
        if whole and days and int(days) <= OLD:
            return True
    return False


def _blocks(body: bytes) -> bool:
    switches = [each.text for each in etree.XML(body)] if body else []
    return switches == ["true"] * 4


def _measures(body: bytes) -> bool:
    found = etree.XML(body).iterchildren(f"{_S3}MetricsConfiguration")
    return any(each.find(f"{_S3}Filter") is None for each in found)


_QUESTIONS: tuple[tuple[str, str, Callable[[bytes], object]], ...] = (
    (TAGS, "tagging=", lambda body: _WANTED.issubset(_texts(body, "Key"))),
    (ENCRYPTION, "encryption=", lambda body: _texts(body, "SSEAlgorithm")),
    (LIFECYCLE, "lifecycle=", _covers),
    (VERSIONING, "versioning=", lambda body: _texts(body, "Status") == ["Enabled"]),
    (PUBLIC_ACCESS, "publicAccessBlock=", _blocks),
    (METRICS, "metrics=", _measures),
    (TLS, "policy=", bool),
)

if __name__ == "__main__":
    main()
