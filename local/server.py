"""An AWS on loopback, in this process: moto's server behind the front, with its Step Functions interpreter on."""

import functools
import logging
import os
import socket
import threading
from collections.abc import Mapping
from typing import Any, Self

import boto3
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from local import buckets
from local.clients import CLIENTS
from local.corrections import Corrections
from local.enforcing import Enforcement
from local.eventing import arrivals, bus
from local.eventing.arrivals import ARRIVALS
from local.eventing.trail import Trail
from local.front import Call, Front, Refusal
from local.kept import IMAGES, keep

ACCOUNT = "123456789012"
"""moto's own account."""

POLL = 0.01
"""Seconds between two looks at whether to stop: the library's half a second is what each end would wait."""

_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "embedded",
    "AWS_SECRET_ACCESS_KEY": "embedded",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "MOTO_AMIS_PATH": str(IMAGES),
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
}


class PortTakenError(Exception):
    """Something else listens on the port."""


class EmbeddedAws:
    """The AWS, from `with` to its end; nothing of it outlives the block."""

    def __init__(self, port: int = 0) -> None:
        """Make ready to listen on a port of loopback, or on a free one; nothing listens before the block is entered."""
        self._port = port
        self._before: dict[str, str | None] = {}
        self._server: BaseWSGIServer | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self.enforcement = Enforcement()
        self.front = Front(_application(), Corrections(), self.enforcement)
        self.trail = Trail()
        self.roles: dict[str, str] = {"ak": "StateMachineRole"}

    def __enter__(self) -> Self:
        """Forget what another moto in this process left, and listen.

        Raises:
            PortTakenError: something else listens on the port.
        """
        _require_free(self._port)
        keep()
        arrivals.install()
        bus.install()
        ARRIVALS.active = True
        self.reset()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        default_user_config["stepfunctions"]["execute_state_machine"] = True
        self.trail.start()
        self.front.witness = self.trail
        self._server = make_server("127.0.0.1", self._port, self.front, threaded=True, request_handler=_KeepAlive)
        self._clients.clear()
        port = self._server.server_port
        self._set({**_VARIABLES, "MOTO_PORT": str(port), "AWS_ENDPOINT_URL": self.endpoint})
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            self._before[name] = os.environ.pop(name, None)
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True, name="embedded-aws").start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening, forget everything, and give the environment back."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self.trail.end()
        self.reset()
        ARRIVALS.active = False
        default_user_config["stepfunctions"]["execute_state_machine"] = False
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the embedded AWS is not running")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[Call]:
        """What was called since the last reset."""
        return list(self.front.calls)

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """Return the client of a service in a region with an administrator's credentials; one of S3 is a new one.

        Those of S3 remember where buckets are.
        """
        if service == "s3":
            return CLIENTS.client(service, self.endpoint, region)
        if (service, region) not in self._clients:
            self._clients[service, region] = CLIENTS.client(service, self.endpoint, region)
        return self._clients[service, region]

    def client_in(self, account: str, service: str, region: str = "eu-west-1") -> Any:
        """Return a client of another account."""
        role = f"arn:aws:iam::{account}:role/administrator"
        key = self.client("sts").assume_role(RoleArn=role, RoleSessionName="administrator")["Credentials"]
        session: Any = boto3.session.Session(
            key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=region
        )
        return session.client(service, endpoint_url=self.endpoint)

    def tag_as_aws(self, bucket: str, tags: Mapping[str, str]) -> None:
        """Give a bucket tags that only AWS can set, such as `aws:cloudformation:stack-name`; its others stay."""
        found = buckets.find(bucket)
        buckets.set_tags(found, {**buckets.tags(found), **tags})

    def refuse(self, operation: str, **how: Any) -> None:
        """Answer an operation (`s3:GetBucketVersioning`) with an error from now on."""
        self.front.refusals.append(Refusal(operation, **how))

    def reset(self) -> None:
        """Forget every resource, call and refusal."""
        from moto.core.base_backend import BackendDict  # noqa: PLC0415 - beside its one use
        from moto.core.model_instances import reset_model_data  # noqa: PLC0415 - the same

        BackendDict.reset()
        reset_model_data()
        self.front.calls.clear()
        self.front.refusals.clear()
        self.enforcement = Enforcement()
        self.front.correct, self.front.forbid = Corrections(), self.enforcement
        ARRIVALS.pace = 1.0
        ARRIVALS.say()

    def quicken(self, pace: float) -> None:
        """Let a second of a queue's delay, a batching window and a visibility timeout take so many seconds."""
        ARRIVALS.pace = pace

    def _set(self, variables: dict[str, str]) -> None:
        for name, value in variables.items():
            self._before[name] = os.environ.get(name)
            os.environ[name] = value


@functools.cache
def _application() -> Any:
    """Return moto's server, once for all: it keeps the routes of each service, which take long, and no resource."""
    return DomainDispatcherApplication(create_backend_app)


def _require_free(port: int) -> None:
    """Look before the server does, which would end the process."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTakenError(f"Something else listens on port {port} of 127.0.0.1.") from None


class _KeepAlive(WSGIRequestHandler):
    """HTTP/1.1, so that clients keep their connections, and no line per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any, **__: Any) -> None:
        """Say nothing."""
