"""Makes every botocore client of a process say which operation it calls, so that the embedded AWS can record it.

The wire alone does not tell: S3's operations are verbs and query strings. Two headers do, on top of what is sent anyway.
"""

import json
import threading
from typing import Any

import botocore.client
import botocore.endpoint

OPERATION = "X-Embedded-Operation"
PARAMETERS = "X-Embedded-Parameters"
_current = threading.local()


def install() -> None:
    """Patch botocore once in this process."""
    if getattr(botocore.endpoint.Endpoint, "embedded", False):
        return
    make_api_call = botocore.client.BaseClient._make_api_call
    create_request = botocore.endpoint.Endpoint.create_request

    def remember(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        _current.parameters = {
            key: value for key, value in api_params.items() if isinstance(value, str) and len(value) < 1000 and value.isascii()
        }
        return make_api_call(self, operation_name, api_params)

    def tell(self: Any, params: dict[str, Any], operation_model: Any = None) -> Any:
        if operation_model is not None:
            service = operation_model.service_model.service_name
            params["headers"][OPERATION] = f"{service}:{operation_model.name}"
            wanted = ("Bucket", "Key", "TopicArn", "QueueUrl", "FunctionName", "stateMachineArn", "RoleArn")
            said = {key: value for key, value in getattr(_current, "parameters", {}).items() if key in wanted}
            params["headers"][PARAMETERS] = json.dumps(said)
        return create_request(self, params, operation_model)

    botocore.client.BaseClient._make_api_call = remember
    botocore.endpoint.Endpoint.create_request = tell
    botocore.endpoint.Endpoint.embedded = True
