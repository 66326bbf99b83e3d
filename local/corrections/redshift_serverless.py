"""Redshift Serverless, which moto does not have: workgroups and namespaces that are made, listed and tagged.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/Welcome.html
"""

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_DEFAULTS = {"require_ssl": "false", "enable_user_activity_logging": "true"}


def corrections() -> dict[str, Correction]:
    """Return the operations by name; what was made is remembered in them."""
    made = _Serverless()
    return {
        "redshift-serverless:CreateNamespace": made.create_namespace,
        "redshift-serverless:CreateWorkgroup": made.create_workgroup,
        "redshift-serverless:ListNamespaces": made.list_namespaces,
        "redshift-serverless:ListWorkgroups": made.list_workgroups,
        "redshift-serverless:ListTagsForResource": made.list_tags,
    }


@dataclass(slots=True)
class _Serverless:
    namespaces: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)
    workgroups: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)
    tags: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def create_namespace(self, request: Request) -> Answer:
        """Make a namespace; AWS names its administrator admin unless the request says otherwise."""
        given, arn = request.parameters, self._arn(request, "namespace")
        item = {
            "namespaceName": given["namespaceName"],
            "namespaceArn": arn,
            "adminUsername": given.get("adminUsername", "admin"),
            "logExports": given.get("logExports", []),
            "status": "AVAILABLE",
        }
        self.namespaces.setdefault(place(request), []).append(item)
        return request.answer({"namespace": item})

    def create_workgroup(self, request: Request) -> Answer:
        """Make a workgroup, with every parameter that has a default."""
        given, arn = request.parameters, self._arn(request, "workgroup")
        own = {each["parameterKey"]: each["parameterValue"] for each in given.get("configParameters", ())}
        item = {
            "workgroupName": given["workgroupName"],
            "workgroupArn": arn,
            "namespaceName": given["namespaceName"],
            "publiclyAccessible": given.get("publiclyAccessible", False),
            "enhancedVpcRouting": given.get("enhancedVpcRouting", False),
            "configParameters": [
                {"parameterKey": key, "parameterValue": value} for key, value in {**_DEFAULTS, **own}.items()
            ],
            "status": "AVAILABLE",
        }
        self.workgroups.setdefault(place(request), []).append(item)
        return request.answer({"workgroup": item})

    def list_namespaces(self, request: Request) -> Answer:
        """List the namespaces of a region, all at once."""
        return request.answer({"namespaces": self.namespaces.get(place(request), [])})

    def list_workgroups(self, request: Request) -> Answer:
        """List the workgroups of a region, all at once."""
        return request.answer({"workgroups": self.workgroups.get(place(request), [])})

    def list_tags(self, request: Request) -> Answer:
        """List the tags of a workgroup or a namespace."""
        return request.answer({"tags": self.tags.get(str(request.parameters["resourceArn"]), [])})

    def _arn(self, request: Request, kind: str) -> str:
        account, region = place(request)
        arn = f"arn:aws:redshift-serverless:{region}:{account}:{kind}/{mock_random.uuid4()}"
        self.tags[arn] = [dict(each) for each in request.parameters.get("tags", ())]
        return arn
