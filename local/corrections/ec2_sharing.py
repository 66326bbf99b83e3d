"""What a region says of sharing and metadata, which moto lacks, and snapshots by owner and by who may restore them."""

import urllib.parse
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
_NO_PREFERENCE = frozenset({"no-preference", "-1"})
_DEFAULTS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags", "HttpTokensEnforced")


def corrections() -> dict[str, Correction]:
    """Return what corrects sharing, by operation; what was set is remembered in it."""
    return _Regions().by_operation()


@dataclass(slots=True)
class _Regions:
    """What was set in each region of each account."""

    snapshots: dict[Place, str] = field(default_factory=dict)
    images: dict[Place, str] = field(default_factory=dict)
    defaults: dict[Place, dict[str, str]] = field(default_factory=dict)

    def by_operation(self) -> dict[str, Correction]:
        return {
            "ec2:DescribeSnapshots": _describe_snapshots,
            "ec2:EnableSnapshotBlockPublicAccess": self._block_snapshots,
            "ec2:DisableSnapshotBlockPublicAccess": self._block_snapshots,
            "ec2:GetSnapshotBlockPublicAccessState": self._snapshots_blocked,
            "ec2:EnableImageBlockPublicAccess": self._block_images,
            "ec2:DisableImageBlockPublicAccess": self._block_images,
            "ec2:GetImageBlockPublicAccessState": self._images_blocked,
            "ec2:ModifyInstanceMetadataDefaults": self._modify_defaults,
            "ec2:GetInstanceMetadataDefaults": self._get_defaults,
        }

    def _block_snapshots(self, request: Request) -> Answer:
        form = _form(request)
        self.snapshots[place(request)] = state = form.get("State", "unblocked")
        return _answer(form["Action"], {"state": state})

    def _snapshots_blocked(self, request: Request) -> Answer:
        state = self.snapshots.get(place(request), "unblocked")
        return _answer(_form(request)["Action"], {"state": state, "managedBy": "account"})

    def _block_images(self, request: Request) -> Answer:
        form = _form(request)
        self.images[place(request)] = state = form.get("ImageBlockPublicAccessState", "unblocked")
        return _answer(form["Action"], {"imageBlockPublicAccessState": state})

    def _images_blocked(self, request: Request) -> Answer:
        state = self.images.get(place(request), "unblocked")
        return _answer(_form(request)["Action"], {"imageBlockPublicAccessState": state, "managedBy": "account"})

    def _modify_defaults(self, request: Request) -> Answer:
        form, kept = _form(request), self.defaults.setdefault(place(request), {})
        for name in _DEFAULTS:
            if form.get(name) in _NO_PREFERENCE:
                kept.pop(name, None)
            elif name in form:
                kept[name] = form[name]
        return _answer(form["Action"], {"return": "true"})

    def _get_defaults(self, request: Request) -> Answer:
        kept = self.defaults.get(place(request), {})
        members = {name[:1].lower() + name[1:]: value for name, value in kept.items()} | {"managedBy": "account"}
        return _answer(_form(request)["Action"], {"accountLevel": members})


def _describe_snapshots(request: Request) -> Answer:
    """Leave out what others own and what nobody else may restore, where moto answers with every snapshot there is."""
    form = _form(request)
    status, body = request.ask()
    owned, restorable = "self" in _listed(form, "Owner"), "all" in _listed(form, "RestorableBy")
    if status != HTTPStatus.OK or not (owned or restorable):
        return status, body
    root = ET.fromstring(body)
    space = root.tag.partition("}")[0] + "}"
    ET.register_namespace("", space.strip("{}"))
    account, _ = place(request)
    for snapshots in root.iter(f"{space}snapshotSet"):
        for item in list(snapshots):
            name = item.findtext(f"{space}snapshotId", "")
            others = owned and item.findtext(f"{space}ownerId") != account
            if others or (restorable and not _is_public(request, name)):
                snapshots.remove(item)
    return status, ET.tostring(root, encoding="unicode")


def _is_public(request: Request, name: str) -> bool:
    query = {
        "Action": "DescribeSnapshotAttribute",
        "Version": "2016-11-15",
        "SnapshotId": name,
        "Attribute": "createVolumePermission",
    }
    _, body = request.ask(urllib.parse.urlencode(query).encode())
    return any(group.text == "all" for group in ET.fromstring(body).iter() if group.tag.endswith("}group"))


def _form(request: Request) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(request.body, keep_blank_values=True))


def _listed(form: dict[str, str], name: str) -> set[str]:
    return {value for key, value in form.items() if key.startswith(f"{name}.")}


def _answer(action: str, members: dict[str, str | dict[str, str]]) -> Answer:
    inner = "<requestId>embedded</requestId>" + "".join(_element(name, value) for name, value in members.items())
    return HTTPStatus.OK, f'<{action}Response xmlns="{_NAMESPACE}">{inner}</{action}Response>'


def _element(name: str, value: str | dict[str, str]) -> str:
    inner = "".join(_element(*each) for each in value.items()) if isinstance(value, dict) else escape(value)
    return f"<{name}>{inner}</{name}>"
