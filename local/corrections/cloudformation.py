"""Where moto's CloudFormation answers otherwise than AWS documents.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
"""

import contextlib
import re
import urllib.parse
from ast import literal_eval
from html import unescape
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_LIST = re.compile(r"(<ParameterValue>)(\[[^<]*\])(</ParameterValue>)")


def corrections() -> dict[str, Correction]:
    """Return what corrects CloudFormation, by operation."""
    return {
        "cloudformation:CreateStack": _create_stack,
        "cloudformation:UpdateStack": _install,
        "cloudformation:DescribeStacks": _describe_stacks,
        "cloudformation:DescribeStackResources": _describe_stack_resources,
        "cloudformation:CreateChangeSet": _create_change_set,
        "cloudformation:DescribeChangeSet": _of_the_stack,
        "cloudformation:DeleteChangeSet": _of_the_stack,
        "cloudformation:ExecuteChangeSet": _execute_change_set,
        "cloudformation:GetTemplateSummary": _get_template_summary,
    }


def _install(_request: Request) -> None:
    """See to it that moto has the resource types of this AWS."""
    from local import resources  # noqa: PLC0415 - moto takes seconds to import

    resources.install()


def _create_stack(request: Request) -> Answer:
    """Make a stack; one that fails leaves nothing behind, as after its rollback, and the call answers the reason.

    CloudFormation answers at once and gives the reason in the stack's events.
    """
    _install(request)
    stacks = _backend(request).stacks
    before = set(stacks)
    status, body = request.ask()
    if status != HTTPStatus.OK:
        for stack_id in set(stacks) - before:
            failed = stacks.pop(stack_id)
            with contextlib.suppress(Exception):
                failed.resource_map.delete()
    return status, body


def _backend(request: Request) -> Any:
    from moto.cloudformation.models import cloudformation_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return cloudformation_backends[account][region]


def _repeated(request: Request, **changes: str | None) -> Answer:
    """Ask moto with other parameters; None takes one away."""
    form = dict(urllib.parse.parse_qsl(request.body, keep_blank_values=True))
    form |= {key: value for key, value in changes.items() if value is not None}
    kept = {key: value for key, value in form.items() if changes.get(key, "") is not None}
    return request.ask(urllib.parse.urlencode(kept).encode())


def _describe_stacks(request: Request) -> Answer:
    """Spell the lists among a stack's parameters as they were given, with commas; moto spells them as Python does."""
    status, body = request.ask()
    return status, _LIST.sub(lambda found: found[1] + _commas(found[2]) + found[3], body)


def _commas(listed: str) -> str:
    return escape(",".join(str(each) for each in literal_eval(unescape(listed))))


def _describe_stack_resources(request: Request) -> Answer:
    """Find the stack of a resource by its physical id, which moto ignores; all resources of that stack are answered."""
    wanted = request.parameters.get("PhysicalResourceId")
    if not wanted:
        return request.ask()
    for stack_id, stack in _backend(request).stacks.items():
        if any(resource.physical_resource_id == wanted for resource in stack.stack_resources):
            return _repeated(request, StackName=stack_id, PhysicalResourceId=None)
    return request.refuse("ValidationError", f"Stack for {wanted} does not exist")


def _change_set(request: Request) -> Any | None:
    """Return the change set of a name in the stack that is named with it; moto looks through all stacks."""
    name, stack = str(request.parameters["ChangeSetName"]), request.parameters.get("StackName")
    for change_set_id, found in reversed(_backend(request).change_sets.items()):
        of_stack = stack in (None, found.stack_name, found.stack_id)
        if change_set_id == name or (found.change_set_name == name and of_stack):
            return found
    return None


def _of_the_stack(request: Request) -> Answer:
    found = _change_set(request)
    if found is None:
        name = request.parameters["ChangeSetName"]
        return request.refuse("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", HTTPStatus.NOT_FOUND)
    return _repeated(request, ChangeSetName=found.change_set_id)


def _create_change_set(request: Request) -> Answer | None:
    """Make a change set; one that imports is checked first."""
    _install(request)
    given, backend = request.parameters, _backend(request)
    stack = next((each for each in backend.stacks.values() if given["StackName"] in (each.name, each.stack_id)), None)
    if stack and _change_set(request):
        return request.refuse("AlreadyExistsException", f"ChangeSet {given['ChangeSetName']} already exists")
    if given.get("ChangeSetType") != "IMPORT":
        if given.get("ResourcesToImport"):
            message = "ResourcesToImport can only be specified with ChangeSetType IMPORT"
            return request.refuse("ValidationError", message)
        return None
    return _create_import(request, stack)


def _create_import(request: Request, stack: Any | None) -> Answer:
    from moto.cloudformation.models import Stack  # noqa: PLC0415 - moto takes seconds to import
    from moto.cloudformation.utils import get_stack_from_s3_url  # noqa: PLC0415 - the same

    from local.provisioning import imports  # noqa: PLC0415 - the same

    given, backend, (account, region) = request.parameters, _backend(request), place(request)
    text = given.get("TemplateBody") or get_stack_from_s3_url(given["TemplateURL"], account, "aws")
    wanted = tuple(
        imports.Import(each["LogicalResourceId"], each["ResourceType"], each["ResourceIdentifier"])
        for each in given.get("ResourcesToImport") or ()
    )
    before = stack.template_dict if stack else {}
    wrong = next(imports.wrong_request(Stack.parse_template(text), before, wanted), "")
    if wrong:
        return request.refuse("ValidationError", wrong)
    change_set_id, stack_id = backend.create_change_set(
        stack_name=given["StackName"] if stack is None else stack.name,
        change_set_name=given["ChangeSetName"],
        template=text,
        parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in given.get("Parameters") or ()},
        description=given.get("Description"),
        change_set_type="IMPORT" if stack is None else "UPDATE",
        tags={tag["Key"]: tag["Value"] for tag in given.get("Tags") or ()},
    )
    made = backend.change_sets[change_set_id]
    made.change_set_type, made.imports = "IMPORT", wanted
    _look(made, account, region, backend.stacks)
    return request.answer({"Id": change_set_id, "StackId": stack_id})


def _look(change_set: Any, account: str, region: str, stacks: Any) -> None:
    """Look for the resources; without one of them, or with one that another stack has, a change set fails."""
    from local.provisioning import imports  # noqa: PLC0415 - moto takes seconds to import

    by_logical_id = {change.logical_resource_id: change for change in change_set.changes}
    for each in change_set.imports:
        made = imports.found(each, account, region)
        if made is None:
            identifier = ", ".join(f"{key}={value}" for key, value in each.identifier.items())
            reason = f"Resource [{each.logical_id}] of type {each.type} with identifier {identifier} does not exist"
        elif stack_id := imports.owner(each.type, made[0], stacks):
            reason = f"Resource [{made[0]}] of type {each.type} is already managed by stack {stack_id}"
        else:
            change = by_logical_id[each.logical_id]
            change.action, change.physical_resource_id = "Import", made[0]
            continue
        change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
        change_set.status_reason, change_set.changes = reason, []
        return


def _execute_change_set(request: Request) -> Answer:
    """Execute a change set; one that imports makes nothing."""
    found, backend, (account, region) = _change_set(request), _backend(request), place(request)
    if found is None or not hasattr(found, "imports"):
        return _of_the_stack(request)
    from local.provisioning import imports  # noqa: PLC0415 - moto takes seconds to import

    if found.execution_status != "AVAILABLE":
        message = f"ChangeSet [{found.change_set_id}] cannot be executed in its current status of [{found.status}]"
        return request.refuse("InvalidChangeSetStatus", message)
    stack = backend.stacks[found.stack_id]
    stack._add_stack_event("IMPORT_IN_PROGRESS", resource_status_reason="User Initiated")
    imports.adopt(stack, found, account, region)
    stack._add_stack_event("IMPORT_COMPLETE")
    stack.status, found.execution_status = "IMPORT_COMPLETE", "EXECUTE_COMPLETE"
    return request.answer({})


def _get_template_summary(request: Request) -> Answer:
    """Add what identifies the resources for an import, which moto leaves out."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    from moto.cloudformation.models import Stack  # noqa: PLC0415 - moto takes seconds to import
    from moto.cloudformation.utils import get_stack_from_s3_url  # noqa: PLC0415 - the same

    from local.provisioning import imports  # noqa: PLC0415 - the same

    given = request.parameters
    if given.get("StackName"):
        text = _backend(request).get_stack(given["StackName"]).template
    else:
        account, _ = place(request)
        text = given.get("TemplateBody") or get_stack_from_s3_url(given["TemplateURL"], account, "aws")
    summaries = imports.identifier_summaries(Stack.parse_template(text))
    spelled = _members(
        "ResourceIdentifierSummaries",
        [
            f"<ResourceType>{each['ResourceType']}</ResourceType>"
            + _members("LogicalResourceIds", each["LogicalResourceIds"])
            + _members("ResourceIdentifiers", each["ResourceIdentifiers"])
            for each in summaries
        ],
    )
    return status, body.replace("</GetTemplateSummaryResult>", f"{spelled}</GetTemplateSummaryResult>")


def _members(name: str, members: list[str]) -> str:
    return f"<{name}>{''.join(f'<member>{each}</member>' for each in members)}</{name}>"
