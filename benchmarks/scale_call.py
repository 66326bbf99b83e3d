"""Calls one function of the stack in this process, as Lambda would, and prints what it took as one line of JSON.

The event comes on standard input: `echo '{"scan_id": ...}' | python -m benchmarks.scale_call summarize --endpoint URL`.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import click

from benchmarks.measuring import cpu, peak_mb
from muster.scanning.arena import tune_allocator
from muster.sdk.session import Clients, open_session
from muster.stack.documents.objects import Document
from muster.stack.documents.request import Environment
from muster.storage.traffic import Traffic
from testing.fake_s3.neighbours import OWN

BUCKET, REGION, ROLE = "reports", "eu-west-1", "security/MusterMemberRole"
_TOPIC = f"arn:aws:sns:{REGION}:{OWN}:muster-dev"


@click.command(help=__doc__)
@click.argument("function", type=click.Choice(["plan", "settle", "summarize", "alert"]))
@click.option("--endpoint", required=True)
@click.option("--regions", default=REGION, help="The parameter Regions of the stack, with commas.")
@click.option("--memory-mb", default=0, help="Refuse to use more address space than so much, where it is given.")
def main(function: str, endpoint: str, regions: str, memory_mb: int) -> None:
    """Call, and print what it took."""
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    event = json.load(sys.stdin)
    environment = Environment(
        BUCKET, REGION, stack="dev", accounts=("all",), member_role=ROLE, regions=tuple(regions.split(",")),
        topic_arn=_TOPIC,
    )  # fmt: skip
    traffic = Traffic()
    began = time.monotonic()
    answer = FUNCTIONS[function](event, environment, endpoint, traffic)
    took = {
        "cpu": cpu(),
        "wall": time.monotonic() - began,
        "peak_mb": peak_mb(),
        "answer": answer.to_json(),
        **traffic.fields(),
    }
    print(json.dumps(took))  # noqa: T201 - what a process says to the one that measures it


def _plan(event: Any, environment: Environment, endpoint: str, traffic: Traffic) -> Document:
    from muster.catalog.catalog import load  # noqa: PLC0415 - each function imports what its own shell imports
    from muster.stack.plan_scan import plan_scan  # noqa: PLC0415 - the same

    catalog = load()
    clients = Clients(open_session(projections=catalog.projections()), endpoint_url=endpoint)
    return plan_scan(event, environment, catalog, clients, traffic)


def _settle(event: Any, environment: Environment, endpoint: str, traffic: Traffic) -> Document:
    from muster.stack.settle_account import settle_account  # noqa: PLC0415 - the same

    tune_allocator()
    return settle_account(event, environment, Clients(open_session(), endpoint_url=endpoint), traffic=traffic)


def _summarize(event: Any, environment: Environment, endpoint: str, traffic: Traffic) -> Document:
    from muster.stack.summarize_scan import summarize_scan  # noqa: PLC0415 - the same

    return summarize_scan(event, environment, Clients(open_session(), endpoint_url=endpoint), traffic)


def _alert(event: Any, environment: Environment, endpoint: str, traffic: Traffic) -> Document:
    from muster.stack.send_alert import send_alert  # noqa: PLC0415 - the same

    return send_alert(event, environment, Clients(open_session(), endpoint_url=endpoint), traffic=traffic)


FUNCTIONS: Mapping[str, Callable[[Any, Environment, str, Traffic], Document]] = {
    "plan": _plan,
    "settle": _settle,
    "summarize": _summarize,
    "alert": _alert,
}

if __name__ == "__main__":
    main()
