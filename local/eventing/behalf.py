"""Calls that Lambda makes with a function's role: what the role does not grant is refused, and they are recorded."""

from collections.abc import Mapping
from typing import Any, Protocol

import boto3

from local.front import Call, Front


class Server(Protocol):
    """The part of the embedded AWS that this needs."""

    front: Front
    roles: dict[str, str]

    @property
    def endpoint(self) -> str:
        """Where it listens."""

    def client(self, service: str, region: str = ...) -> Any:
        """Return a client with an administrator's credentials."""


class Behalf:
    """A session of one role."""

    def __init__(self, aws: Server, role: str, region: str) -> None:
        """Assume the role of an ARN, as Lambda does."""
        key = aws.client("sts", region).assume_role(RoleArn=role, RoleSessionName="lambda")["Credentials"]
        self._aws, self._region, self._key = aws, region, key
        aws.roles[key["AccessKeyId"]] = role.rpartition("/")[2]

    def refused(self, operation: str, parameters: Mapping[str, Any]) -> str:
        """Return why the role may not make a call, nothing where it may; the call is recorded as made."""
        key = self._key["AccessKeyId"]
        message = self._aws.front.forbid(
            operation, parameters, f"Credential={key}/20260101/{self._region}/any/aws4_request"
        )
        if not message:
            with self._aws.front.lock:
                self._aws.front.calls.append(Call(key, operation, parameters, 200))
        return message

    def client(self, service: str) -> Any:
        """Return a client of the role."""
        session: Any = boto3.session.Session(
            self._key["AccessKeyId"],
            self._key["SecretAccessKey"],
            self._key["SessionToken"],
            region_name=self._region,
        )
        return session.client(service, endpoint_url=self._aws.endpoint)
