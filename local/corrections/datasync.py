"""Tasks of DataSync: moto's are of another account, forget their log groups' defaults, and have no tags.

https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html
"""

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_OPTIONS = {"LogLevel": "OFF", "VerifyMode": "POINT_IN_TIME_CONSISTENT", "OverwriteMode": "ALWAYS"}
_KEPT = ("Name", "SourceLocationArn", "DestinationLocationArn", "CloudWatchLogGroupArn")


def corrections() -> dict[str, Correction]:
    """Return the operations by name; what was made is remembered in them."""
    made = _Tasks()
    return {
        "datasync:CreateTask": made.create,
        "datasync:DeleteTask": made.delete,
        "datasync:DescribeTask": made.describe,
        "datasync:ListTagsForResource": made.list_tags,
        "datasync:ListTasks": made.list,
        "datasync:UpdateTask": made.update,
    }


@dataclass(slots=True)
class _Tasks:
    tasks: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)
    tags: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Make a task that writes no log unless the request says so."""
        given, (account, region) = request.parameters, place(request)
        arn = f"arn:aws:datasync:{region}:{account}:task/task-{mock_random.get_random_hex(17)}"
        self._of(request)[arn] = {
            "TaskArn": arn,
            "Status": "AVAILABLE",
            "TaskMode": given.get("TaskMode", "BASIC"),
            "Options": {**_OPTIONS, **given.get("Options", {})},
            **{name: given[name] for name in _KEPT if name in given},
        }
        self.tags[arn] = [dict(each) for each in given.get("Tags", ())]
        return request.answer({"TaskArn": arn})

    def update(self, request: Request) -> Answer:
        """Change what the request names."""
        given = request.parameters
        task = self._of(request).get(str(given["TaskArn"]))
        if task is None:
            return _missing(request)
        task.update({name: given[name] for name in _KEPT if name in given})
        task["Options"] = {**task["Options"], **given.get("Options", {})}
        return request.answer({})

    def delete(self, request: Request) -> Answer:
        """Delete a task."""
        return (
            request.answer({}) if self._of(request).pop(str(request.parameters["TaskArn"]), None) else _missing(request)
        )

    def describe(self, request: Request) -> Answer:
        """Describe a task."""
        task = self._of(request).get(str(request.parameters["TaskArn"]))
        return request.answer(task) if task else _missing(request)

    def list(self, request: Request) -> Answer:
        """List the tasks of a region, all at once."""
        names = ("TaskArn", "Status", "Name", "TaskMode")
        found = [{name: each[name] for name in names if name in each} for each in self._of(request).values()]
        return request.answer({"Tasks": found})

    def list_tags(self, request: Request) -> Answer:
        """List the tags of a task."""
        return request.answer({"Tags": self.tags.get(str(request.parameters["ResourceArn"]), [])})

    def _of(self, request: Request) -> dict[str, dict[str, Any]]:
        return self.tasks.setdefault(place(request), {})


def _missing(request: Request) -> Answer:
    return request.refuse("InvalidRequestException", f"Task {request.parameters['TaskArn']} is not found.")
