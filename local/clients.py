"""Makes clients of the embedded AWS from one session, which reads the models of AWS's services once."""

import threading
from typing import Any

import boto3
from botocore.config import Config

from muster.sdk import call_events
from muster.sdk.session import WITHOUT_SESSIONS

NAME = "embedded"
"""The access key of an administrator."""
_CONFIG = Config(s3=WITHOUT_SESSIONS)
"""Calls of directory buckets go to the embedded AWS as they go to AWS's regional endpoint: without a session."""


class Clients:
    """Clients of any service, for any caller."""

    def __init__(self) -> None:
        """Make ready; the session is made when the first client is."""
        self._session: Any = None
        self._lock = threading.Lock()

    def client(self, service: str, endpoint: str, region: str, key: str = NAME) -> Any:
        """Return a new client; a session makes one at a time."""
        with self._lock:
            if self._session is None:
                self._session = boto3.session.Session(NAME, NAME, region_name=region)
            client = self._session.client(
                service,
                endpoint_url=endpoint,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key=NAME,
                config=_CONFIG,
            )
        if service == "s3control":
            call_events.keep_account_out_of_host(client)
        return client


CLIENTS = Clients()
"""The clients of this process."""
