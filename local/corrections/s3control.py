"""Where moto's S3 Control answers otherwise than AWS documents: access points belong to a region there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html
"""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from local.corrections.request import Correction, Request
from local.front import Answer, error_body

_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[a-z0-9-]+)/")
_ITEM = re.compile(r"<AccessPoint>.*?</AccessPoint>", re.DOTALL)
_NAME = re.compile(r"<Name>(?P<name>[^<]+)</Name>")
_ARN = re.compile(r"(arn:[a-z-]+:s3:)[a-z0-9-]+(:\d+:accesspoint/)")


def corrections() -> dict[str, Correction]:
    """Return what corrects access points, by operation; their regions are remembered in it."""
    return _Points().by_operation()


@dataclass(slots=True)
class _Points:
    regions: dict[str, str] = field(default_factory=dict)

    def by_operation(self) -> dict[str, Correction]:
        return {
            "s3control:CreateAccessPoint": self._create,
            "s3control:GetAccessPoint": self._get,
            "s3control:ListAccessPoints": self._list,
        }

    def _create(self, request: Request) -> Answer:
        status, body = request.ask()
        if status == HTTPStatus.OK:
            self.regions[_name(request)] = _region(request)
        return status, _placed(body, _region(request))

    def _get(self, request: Request) -> Answer:
        if self.regions.get(_name(request)) != _region(request):
            return HTTPStatus.NOT_FOUND, error_body("s3control", "NoSuchAccessPoint")
        status, body = request.ask()
        return status, _placed(body, _region(request))

    def _list(self, request: Request) -> Answer:
        status, body = request.ask()
        region = _region(request)
        return status, _placed(
            _ITEM.sub(lambda item: item.group() if self._is_in(item.group(), region) else "", body), region
        )

    def _is_in(self, item: str, region: str) -> bool:
        name = _NAME.search(item)
        return name is not None and self.regions.get(name["name"]) == region


def _name(request: Request) -> str:
    return str(request.environ["PATH_INFO"]).rpartition("/")[2]


def _region(request: Request) -> str:
    signed = _SCOPE.search(request.environ.get("HTTP_AUTHORIZATION", ""))
    return signed["region"] if signed else ""


def _placed(body: str, region: str) -> str:
    return _ARN.sub(rf"\g<1>{region}\g<2>", body)
