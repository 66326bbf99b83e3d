"""Calls that Lambda makes with a function's role, which are recorded as the role's."""

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

    def record(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Record a call that Lambda makes with the role, within this process."""
        with self._aws.front.lock:
            self._aws.front.calls.append(Call(self._key["AccessKeyId"], operation, parameters, 200))

    def client(self, service: str) -> Any:
        """Return a client of the role."""
        session: Any = boto3.session.Session(
            self._key["AccessKeyId"],
            self._key["SecretAccessKey"],
            self._key["SessionToken"],
            region_name=self._region,
        )
        return session.client(service, endpoint_url=self._aws.endpoint)
