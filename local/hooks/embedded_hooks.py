"""Makes every botocore client of a process say which operation it calls, so that the embedded AWS can record it.

The wire alone does not tell: S3's operations are verbs and query strings. Two headers do, besides what is sent anyway.
"""

import json
import threading
from typing import Any

import botocore.client
import botocore.endpoint

OPERATION = "X-Embedded-Operation"
PARAMETERS = "X-Embedded-Parameters"
_WANTED = frozenset(
    {
        "Bucket", "Key", "FunctionName", "KeyId", "PolicyArn", "PrefixListId", "QueueUrl", "Resource", "ResourceARN",
        "ResourceArn", "ResourceName", "RoleArn", "TableName", "TopicArn", "clusters", "resourceArn", "services",
        "stateMachineArn",
    }
)  # fmt: skip
"""The parameters that name what a call is about; of several resources the first is told."""
_current = threading.local()


def install() -> None:
    """Patch botocore once in this process."""
    client: Any = botocore.client.BaseClient
    endpoint: Any = botocore.endpoint.Endpoint
    if getattr(endpoint, "embedded", False):
        return
    make_api_call, create_request = client._make_api_call, endpoint.create_request

    def remember(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        said = ((key, value[0] if isinstance(value, list) and value else value) for key, value in api_params.items())
        _current.parameters = {key: value for key, value in said if isinstance(value, str) and key in _WANTED}
        return make_api_call(self, operation_name, api_params)

    def tell(self: Any, params: dict[str, Any], operation_model: Any = None) -> Any:
        if operation_model is not None:
            service = operation_model.service_model.service_name
            params["headers"][OPERATION] = f"{service}:{operation_model.name}"
            params["headers"][PARAMETERS] = json.dumps(getattr(_current, "parameters", {}))
        return create_request(self, params, operation_model)

    client._make_api_call, endpoint.create_request, endpoint.embedded = remember, tell, True
