"""The other services that the functions of the stack call: an organization, roles, regions, a topic and a queue."""

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from testing.fake_s3.http import Reply, Request

OWN = "123456789012"
_JSON = {"Content-Type": "application/x-amz-json-1.1"}
_XML = {"Content-Type": "text/xml"}
_LIMIT = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
_PAGE = 20
"""How many accounts Organizations answers at most: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html."""


def account_ids(count: int) -> tuple[str, ...]:
    """Return the ids of an organization's accounts, the management account first."""
    return (OWN, *(f"{200_000_000_000 + number}" for number in range(1, count)))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """An organization of so many accounts, all with the same regions."""

    accounts: int = 1
    regions: Sequence[str] = ("eu-west-1",)

    def answer(self, request: Request) -> tuple[str, Reply]:
        """Return the name of the operation and its answer."""
        if request.service == "lambda":
            return "GetAccountSettings", _json({"AccountLimit": _LIMIT})
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2] or request.form.get("Action", "")
        answering: dict[str, Callable[[Request], Reply]] = {
            "ListAccounts": self._list_accounts,
            "DescribeOrganization": lambda _: _json({"Organization": {"Id": "o-example1", "MasterAccountId": OWN}}),
            "DescribeRegions": self._describe_regions,
            "AssumeRole": _assumed,
            "Publish": _published,
            "SendMessage": _queued,
        }
        if operation not in answering:
            return operation, Reply(400, b'{"__type": "UnknownOperationException"}', _JSON)
        return operation, answering[operation](request)

    def _list_accounts(self, request: Request) -> Reply:
        start = int(json.loads(request.body).get("NextToken", 0))
        ids = account_ids(self.accounts)
        found = [
            {"Id": each, "Name": f"account-{each}", "Status": "ACTIVE", "State": "ACTIVE"}
            for each in ids[start : start + _PAGE]
        ]
        more = {"NextToken": str(start + _PAGE)} if start + _PAGE < len(ids) else {}
        return _json({"Accounts": found, **more})

    def _describe_regions(self, _request: Request) -> Reply:
        items = "".join(
            f"<item><regionName>{each}</regionName><regionEndpoint>ec2.{each}.amazonaws.com</regionEndpoint>"
            "<optInStatus>opt-in-not-required</optInStatus></item>"
            for each in self.regions
        )
        content = f"<requestId>{uuid.uuid4()}</requestId><regionInfo>{items}</regionInfo>"
        return _xml("DescribeRegionsResponse", "http://ec2.amazonaws.com/doc/2016-11-15/", content)


def _assumed(request: Request) -> Reply:
    form = request.form
    arn = form.get("RoleArn", "")
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    until = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    session = escape(form.get("RoleSessionName", ""))
    content = (
        "<AssumeRoleResult>"
        f"<AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/{name}/{session}</Arn>"
        f"<AssumedRoleId>AROAEXAMPLE:{session}</AssumedRoleId></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>ASIA{account}0001</AccessKeyId><SecretAccessKey>dummy</SecretAccessKey>"
        f"<SessionToken>dummy</SessionToken><Expiration>{until}</Expiration></Credentials>"
        "</AssumeRoleResult>"
    )
    return _xml("AssumeRoleResponse", "https://sts.amazonaws.com/doc/2011-06-15/", content)


def _published(_request: Request) -> Reply:
    content = f"<PublishResult><MessageId>{uuid.uuid4()}</MessageId></PublishResult>"
    return _xml("PublishResponse", "http://sns.amazonaws.com/doc/2010-03-31/", content)


def _queued(request: Request) -> Reply:
    digest = hashlib.md5(json.loads(request.body)["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return _json({"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest})


def _json(document: object) -> Reply:
    return Reply(200, json.dumps(document).encode(), _JSON)


def _xml(name: str, namespace: str, content: str) -> Reply:
    return Reply(200, f'<{name} xmlns="{namespace}">{content}</{name}>'.encode(), _XML)
