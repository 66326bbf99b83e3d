"""`muster resume-alerts`: send the alerts that destinations of a stack did not take."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import listed_as
from muster.cli.stacks import clients_of, on_stack
from muster.errors import ConfigurationError
from muster.model.json_values import loads
from muster.model.text import counted, printable, shortened

if TYPE_CHECKING:
    from muster.sdk.session import Clients

KEPT = 1
"""Exit status: some alerts are still parked."""
_INSTEAD = "use credentials that may invoke the function"
_CALLS = 1_000
"""Calls of the function at most: each sends for some seconds."""


@click.command("resume-alerts", short_help="Send the alerts that could not be delivered.")
@click.option("--stack", default="muster-dev", show_default=True, metavar="NAME", help="Stack that parked the alerts.")
@on_stack
@listed_as
def command(**options: Any) -> int:
    """Send the alerts that are parked in the stack's dead-letter queue.

    An alert is parked if its destination refuses it: a webhook that is gone, an event bus that does not exist, a topic
    that the stack may not use. Repair the destination first. An alert is deleted from the queue only after it was sent.
    Other messages, such as mails that SNS could not deliver, stay in the queue and are listed.

    The stack's function muster-send-alert sends the alerts: you need lambda:InvokeFunction, not the URLs.

    \b
    Examples:
      muster resume-alerts --stack muster-prod
      muster resume-alerts --stack muster-prod --format json

    \b
    Exit status:
      0  no alert is parked any more
      1  some alerts are still parked; each is listed with the reason
      2  there is no such stack, or its function could not be invoked
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.targets.deployed import described, outputs_of

    clients, region = clients_of(options)
    outputs = outputs_of(described(clients, region, options["stack"], _INSTEAD))
    function = outputs.get("SendAlertFunctionName", "")
    if not function:
        raise ConfigurationError(f"the stack {options['stack']} has no output SendAlertFunctionName: deploy it again")
    sent, kept = _resumed(clients, region, function)
    if options["form"] == "json":
        click.echo(json.dumps({"sent": sent, "kept": kept}, indent=2))
    else:
        click.echo("\n".join(_lines(sent, kept)))
    return KEPT if kept else 0


def _resumed(clients: "Clients", region: str, function: str) -> tuple[int, list[dict[str, str]]]:
    """Let the function send until nothing is left to try, and return how many were sent and which stay.

    Raises:
        ConfigurationError: the function cannot be invoked, failed, or had no time.
    """
    sent = 0
    kept: list[dict[str, str]] = []
    for _ in range(_CALLS):
        answer = _invoked(clients, region, function, [each["message"] for each in kept])
        sent += int(answer["sent"])
        kept += answer["kept"]
        if not answer["more"]:
            break
        if not (answer["sent"] or answer["kept"]):
            raise ConfigurationError(f"{function} had no time to send anything; {counted(sent, 'alert')} sent before")
    return sent, kept


def _invoked(clients: "Clients", region: str, function: str, skip: Sequence[str]) -> Mapping[str, Any]:
    from muster.sdk.first_calls import asking

    payload = json.dumps({"parked": True, "skip": skip}).encode()
    client = clients.get("lambda", region)
    answer = asking(
        "lambda:InvokeFunction", lambda: client.invoke(FunctionName=function, Payload=payload), instead=_INSTEAD
    )
    body = answer["Payload"].read().decode("utf-8", "replace")
    try:
        document = loads(body)
    except ValueError:
        document = None
    if answer.get("FunctionError") or not isinstance(document, Mapping) or "sent" not in document:
        why = document.get("errorMessage", body) if isinstance(document, Mapping) else body
        raise ConfigurationError(f"{function} failed: {shortened(str(why), 500)}; its log has details")
    return document


def _lines(sent: int, kept: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield f"{counted(sent, 'alert')} sent, {len(kept)} still parked"
    for each in kept:
        route = f" (route {each['route']})" if each.get("route") else ""
        where = each.get("destination") or f"message {each.get('message', '')}"
        yield printable(f"  {where}{route}: {each.get('why', '')}")
