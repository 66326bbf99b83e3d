"""Where moto's Step Functions answers otherwise than AWS documents.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

import json
import uuid

from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Step Functions, by operation."""
    return {"stepfunctions:StartExecution": _start_execution}


def _start_execution(request: Request) -> Answer | None:
    """Name an execution that is started without a name, as AWS does, where moto calls each of them None."""
    if request.parameters.get("name"):
        return None
    return request.ask(json.dumps({**json.loads(request.body), "name": str(uuid.uuid4())}).encode())
