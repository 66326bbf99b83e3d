"""CloudTrail: each call that changes something is an event on the account's default bus, if a trail logs.

Without a trail nothing comes, as on AWS; reads never do.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

import json
import logging
import queue
import re
import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.parsers import create_parser

from local.eventing import bus
from local.eventing.trail_forms import elements_of, parameters_of
from local.eventing.trail_names import GLOBAL, changes, name_of, source_of
from local.inference.parameters import protocol_of
from local.inference.services import model_of
from local.inference.wire import Environ, Wire

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/")
_LARGEST = 100 * 1024
_FAILED = 400
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """A call that was answered: `key` signed it, for a region."""

    operation: str
    parameters: Mapping[str, Any]
    key: str
    region: str
    status: int
    body: bytes
    protocol: str
    agent: str
    at: datetime


class Trail:
    """Takes the calls that change something and publishes their events in a thread of its own, in their order."""

    def __init__(self) -> None:
        """Make ready; nothing is published before `start`."""
        self._served: queue.SimpleQueue[Served | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._publishes = False

    @property
    def idle(self) -> bool:
        """Whether everything that was taken is published."""
        return self._served.empty() and not self._publishes

    def start(self) -> None:
        """Begin to publish."""
        self._thread = threading.Thread(target=self._run, daemon=True, name="cloudtrail")
        self._thread.start()

    def end(self) -> None:
        """Publish what was taken, and end."""
        self._served.put(None)
        if self._thread:
            self._thread.join()

    def wants(self, operation: str, parameters: Mapping[str, Any], environ: Environ) -> bool:
        """Whether a trail logs this call, so that its answer is of interest."""
        if self._thread is None or not operation or not _trails():
            return False
        found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        return bool(found) and changes(operation, parameters)

    def take(
        self, operation: str, parameters: Mapping[str, Any], environ: Environ, status: int, body: Iterable[bytes]
    ) -> None:
        """Take a call with its answer."""
        found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        service, _, name = operation.partition(":")
        protocol = protocol_of(model_of(service).operation_model(name), Wire(environ))
        agent = str(environ.get("HTTP_USER_AGENT", ""))
        key, region = found.groups() if found else ("", "us-east-1")
        now = datetime.now(UTC)
        self._served.put(Served(operation, parameters, key, region, status, b"".join(body), protocol, agent, now))

    def _run(self) -> None:
        while (served := self._served.get()) is not None:
            self._publishes = True
            try:
                _publish(served)
            except Exception:
                _LOGGER.exception("the event of %s could not be published", served.operation)
            self._publishes = False


def _trails() -> bool:
    """Whether there is any trail at all."""
    from moto.cloudtrail.models import cloudtrail_backends  # noqa: PLC0415 - moto takes seconds to import

    return any(backend.trails for account in list(cloudtrail_backends.values()) for backend in list(account.values()))


def _logs(account: str, region: str, *, is_global: bool) -> bool:
    """Whether a trail of an account logs the management events of a region."""
    from moto.cloudtrail.models import cloudtrail_backends  # noqa: PLC0415 - moto takes seconds to import

    trails = [trail for backend in list(cloudtrail_backends[account].values()) for trail in backend.trails.values()]
    return any(
        trail.status.is_logging
        and (trail.is_multi_region or trail.region_name == region)
        and (not is_global or trail.include_global_service_events or trail.is_multi_region)
        for trail in trails
    )


def _publish(served: Served) -> None:
    from moto.iam.models import get_account_id_from  # noqa: PLC0415 - moto takes seconds to import

    account = str(get_account_id_from(served.key))
    is_global = served.operation.partition(":")[0] in GLOBAL
    region = "us-east-1" if is_global else _region(served)
    if not _logs(account, region, is_global=is_global):
        return
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{source_of(served.operation, served.parameters)}",
        "account": account,
        "time": f"{served.at:%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [],
        "detail": record(served, account, region),
    }
    bus.publish(account, region, "default", event)


def _region(served: Served) -> str:
    """Return where an event belongs: S3's to the bucket's region, any other to the region of the call."""
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    name = served.parameters.get("Bucket")
    for account in list(s3_backends.values()) if name else ():
        for backend in list(account.values()):
            if name in backend.buckets:
                return str(backend.buckets[name].region_name)
    return served.region


def record(served: Served, account: str, region: str) -> dict[str, Any]:
    """Return CloudTrail's record of a call.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    answered = _answered(served)
    entry: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": identity(served.key, account),
        "eventTime": f"{served.at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source_of(served.operation, served.parameters)}.amazonaws.com",
        "eventName": name_of(served.operation),
        "awsRegion": region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": served.agent,
        "requestParameters": _small(parameters_of(served.operation, served.parameters)),
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if served.status >= _FAILED:
        error = answered.get("Error", {})
        code = str(error.get("Code") or served.status)
        entry["errorCode"] = f"Client.{code}" if served.operation.startswith("ec2:") else code
        entry["errorMessage"] = str(error.get("Message", ""))
    else:
        entry["responseElements"] = _small(elements_of(served.operation, answered))
    if served.operation.startswith("kms:"):
        entry["resources"] = [{"accountId": account, "type": "AWS::KMS::Key", "ARN": _key(served, answered, region)}]
    return entry


def _small(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out what is larger than a record may hold."""
    return None if found is None or len(json.dumps(found)) > _LARGEST else found


def _key(served: Served, answered: Mapping[str, Any], region: str) -> str:
    from moto.iam.models import get_account_id_from  # noqa: PLC0415 - moto takes seconds to import

    made = str(answered.get("KeyMetadata", {}).get("Arn", ""))
    name = str(served.parameters.get("KeyId", ""))
    return made or (
        name if name.startswith("arn:") else f"arn:aws:kms:{region}:{get_account_id_from(served.key)}:key/{name}"
    )


def _answered(served: Served) -> Mapping[str, Any]:
    """Parse an answer into the SDK's names; one that cannot be parsed says nothing."""
    service, _, name = served.operation.partition(":")
    shape = model_of(service).operation_model(name).output_shape
    try:
        answer = {"body": served.body, "headers": {}, "status_code": served.status}
        return dict(create_parser(served.protocol).parse(answer, shape))
    except Exception:
        _LOGGER.debug("the answer to %s cannot be read", served.operation, exc_info=True)
        return {}


def identity(key: str, account: str) -> dict[str, Any]:
    """Return `userIdentity`: the session of a role, or the user that stands for the person at the keyboard.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    from moto.sts.models import sts_backends  # noqa: PLC0415 - moto takes seconds to import

    for owner in list(sts_backends.values()):
        for backend in list(owner.values()):
            if found := backend.get_assumed_role_from_access_key(key):
                return _session(str(found.role_arn), str(found.session_name), key)
    return {
        "type": "IAMUser",
        "principalId": "AIDAEMBEDDEDAWS",
        "arn": f"arn:aws:iam::{account}:user/{key}",
        "accountId": account,
        "accessKeyId": key,
        "userName": key,
    }


def _session(arn: str, session: str, key: str) -> dict[str, Any]:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto takes seconds to import

    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    roles = iam_backends[account]["aws"].roles.values()
    number = next((str(role.id) for role in roles if role.name == name), "AROAEMBEDDEDAWS")
    return {
        "type": "AssumedRole",
        "principalId": f"{number}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": number,
                "arn": arn,
                "accountId": account,
                "userName": name,
            },
            "attributes": {"mfaAuthenticated": "false"},
        },
    }
