"""Requests over kept connections, against a server that answers byte by byte what a test says."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import URLLib3Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from muster.model.coverage import Ledger
from muster.sdk.session import Clients
from muster.sdk.wire import connections
from muster.sdk.wire.connections import KeptConnections, kept_connections
from muster.sdk.wire.http1 import Reply

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Amz-Id: 7\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"
CLOSE = b""
"""The connection is closed instead of an answer."""


class Server:
    """Answers one request after the other, over however many connections; `requests` are what came."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: list[bytes | None] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        scheme, name = ("https", "localhost") if tls else ("http", "127.0.0.1")
        self.origin = f"{scheme}://{name}:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(65536):
                while b"Content-Length: 3" in data and data.endswith(b"\r\n\r\n"):
                    data += connection.recv(3)
                self.requests.append(data)
                answer = self.answers.pop(0)
                if answer is None:
                    threading.Event().wait(2)
                    return
                connection.sendall(answer)
                if answer in (CLOSE, *CUT):
                    return


CUT = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
    b"HTTP/1.1 200 OK\r\nContent-Le",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nwhat\r\n",
)
"""Answers that end before they are over."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def kept() -> Iterator[KeptConnections]:
    made = KeptConnections(URLLib3Session(timeout=0.3))
    yield made
    made.close()


def get(server: Server, **headers: str) -> AWSPreparedRequest:
    return AWSPreparedRequest("GET", f"{server.origin}/a?b", dict(headers), None, stream_output=False)


def ask(kept: KeptConnections, server: Server, **headers: str) -> Reply:
    return kept.ask(get(server, **headers), server.origin, server.origin.partition("://")[2], "/a?b")


def test_the_private_names_that_it_uses_exist_in_botocore() -> None:
    client: Any = boto3.client("s3", "eu-west-1")
    session = client._endpoint.http_session
    assert session._proxy_config.proxy_url_for("http://x") is None
    assert session._manager.connection_from_url("http://127.0.0.1:1").pool.get_nowait() is None
    assert kept_connections(client) is kept_connections(client) is client._endpoint.http_session


def test_only_clients_that_count_what_they_read_keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request may be sent twice over a kept connection: a message or an object must not be."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    writing = Clients(boto3.session.Session(region_name="eu-west-1"))
    reading = writing.counting_in(Ledger("123456789012", "eu-west-1", "s3"))
    for service in ("s3", "sns", "sqs"):
        assert type(writing.get(service, "eu-west-1")._endpoint.http_session) is URLLib3Session
        assert type(reading.get(service, "eu-west-1")._endpoint.http_session) is KeptConnections


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(PLAIN, id="a length"),
        pytest.param(CHUNKED, id="chunks"),
        pytest.param(
            CHUNKED.replace(b"1\r\nh", b"1;a=b\r\nh").replace(b"0\r\n\r\n", b"0\r\nE: 1\r\n\r\n"), id="trailers"
        ),
        pytest.param(PLAIN.replace(b"\r\nContent-Length: 2", b"\r\ncontent-length:2"), id="small letters"),
        pytest.param(PLAIN.replace(b" OK", b""), id="no phrase"),
    ],
)
def test_answers_are_read_over_one_connection(server: Server, kept: KeptConnections, answer: bytes) -> None:
    server.answers = [answer] * 3
    assert [ask(kept, server).body for _ in range(3)] == [b"hi"] * 3
    assert server.connections == 1


@pytest.mark.parametrize("framing", [b"Content-Length: 2", b"Transfer-Encoding: chunked"])
def test_the_body_that_an_answer_to_head_has_not_is_not_waited_for(
    server: Server, kept: KeptConnections, framing: bytes
) -> None:
    bodiless = b"HTTP/1.1 200 OK\r\nx-amz-bucket-region: eu-west-1\r\n" + framing + b"\r\n\r\n"
    server.answers = [PLAIN, bodiless, PLAIN]
    ask(kept, server)
    head = AWSPreparedRequest("HEAD", f"{server.origin}/a", {}, None, stream_output=False)
    answered = kept.send(head)
    assert (answered.status_code, answered.headers["x-amz-bucket-region"], answered.content) == (200, "eu-west-1", b"")
    assert ask(kept, server).body == b"hi"


def test_the_request_is_the_one_that_botocore_sends(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN] * 2
    for _ in range(2):
        ask(kept, server, Authorization="AWS4 x", **{"User-Agent": "muster"})
    first, second = ({*each.split(b"\r\n")} for each in server.requests)
    assert first == second
    assert server.requests[1].startswith(b"GET /a?b HTTP/1.1\r\n")


def test_a_body_is_sent_and_headers_are_found_in_any_case(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN] * 3
    for body in (b"x=1", "x=1", None):
        request = AWSPreparedRequest(
            "POST", f"{server.origin}/", {"Content-Length": "3"} if body else {}, body, stream_output=False
        )
        response = kept.send(request)
        assert (response.status_code, response.content, response.headers["x-AMZ-id"]) == (200, b"hi", "7")
    assert [each.endswith(b"\r\n\r\nx=1") for each in server.requests] == [True, True, False]


def test_a_header_that_is_there_twice_has_both_values(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN, PLAIN.replace(b"X-Amz-Id: 7", b"X-Amz-Id: 7\r\nx-amz-id: 8")]
    assert [ask(kept, server).headers["x-amz-id"] for _ in range(2)] == ["7", "7, 8"]


def test_a_connection_that_the_server_ends_is_not_used_again(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN, PLAIN.replace(b"X-Amz-Id: 7", b"Connection: close"), PLAIN]
    assert [ask(kept, server).body for _ in range(3)] == [b"hi"] * 3
    assert server.connections == 2


def test_a_connection_that_was_closed_meanwhile_is_replaced(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN, CLOSE, PLAIN]
    assert [ask(kept, server).body for _ in range(2)] == [b"hi"] * 2
    assert server.connections == 2


@pytest.mark.parametrize("cut", CUT)
def test_an_answer_that_is_cut_is_an_error_and_not_asked_for_again(
    server: Server, kept: KeptConnections, cut: bytes
) -> None:
    server.answers = [PLAIN, cut]
    ask(kept, server)
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        ask(kept, server)
    assert len(server.requests) == 2


def test_an_answer_that_does_not_come_is_a_timeout(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN, None]
    ask(kept, server)
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        ask(kept, server)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(PLAIN.replace(b"1.1", b"1.0"), id="an older version"),
        pytest.param(b"HTTP/1.1 103 Early\r\n\r\n" + PLAIN, id="something before the answer"),
        pytest.param(PLAIN.replace(b"X-Amz-Id: 7", b"X-Amz-Id: 7\r\n folded"), id="a folded header"),
        pytest.param(PLAIN.replace(b"X-Amz-Id: 7", b"Transfer-Encoding: gzip"), id="another coding"),
        pytest.param(PLAIN.replace(b"Content-Length: 2\r\n", b""), id="no length"),
        pytest.param(PLAIN.replace(b"Length: 2", b"Length: +2"), id="a length that is no number"),
        pytest.param(PLAIN.replace(b"X-Amz-Id: 7", b"\r\n".join([b"A: b"] * 200)), id="too many headers"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
    ],
)
def test_what_is_not_plain_is_asked_for_as_botocore_asks(server: Server, kept: KeptConnections, odd: bytes) -> None:
    server.answers = [PLAIN, odd, PLAIN]
    assert [ask(kept, server).body for _ in range(2)] == [b"hi"] * 2
    assert (len(server.requests), server.connections) == (3, 2)


def test_a_value_that_would_end_its_line_is_refused_as_botocore_refuses_it(
    server: Server, kept: KeptConnections
) -> None:
    server.answers = [PLAIN] * 2
    ask(kept, server)
    with pytest.raises(botocore.exceptions.HTTPClientError):
        ask(kept, server, Token="a\r\nHost: evil")
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_told_as_botocore_tells_it(kept: KeptConnections) -> None:
    request = AWSPreparedRequest("GET", "http://127.0.0.1:1/a", {}, None, stream_output=False)
    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        kept.send(request)


def test_connections_to_a_proxy_stay_with_botocore(server: Server) -> None:
    kept = KeptConnections(URLLib3Session(proxies={"http": server.origin}))
    server.answers = [PLAIN] * 2
    for _ in range(2):
        request = AWSPreparedRequest("GET", "http://bucket.example/a", {}, None, stream_output=False)
        assert kept.send(request).content == b"hi"
    assert [each.split(b"\r\n")[0] for each in server.requests] == [b"GET http://bucket.example/a HTTP/1.1"] * 2
    assert not kept._idle
    kept.close()


def test_connections_of_few_hosts_are_kept(
    server: Server, kept: KeptConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_ORIGINS", 1)
    other = Server()
    server.answers, other.answers = [PLAIN] * 2, [PLAIN]
    for each in (server, other, server):
        ask(kept, each)
    assert (server.connections, other.connections) == (2, 1)
    other.close()


def test_connections_over_tls_are_kept_too(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(hours=1))
    certificate = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server, kept = Server(tls), KeptConnections(URLLib3Session(verify=str(tmp_path / "cert.pem")))
    server.answers = [PLAIN, CHUNKED, CLOSE, PLAIN]
    assert [ask(kept, server).body for _ in range(3)] == [b"hi"] * 3
    assert server.connections == 2
    kept.close()
    server.close()


def test_an_answer_that_is_streamed_goes_botocores_way(server: Server, kept: KeptConnections) -> None:
    server.answers = [PLAIN] * 2
    request: Any = get(server)
    kept.send(request)
    request.stream_output = True
    assert kept.send(request).content == b"hi"
    assert server.connections == 2
