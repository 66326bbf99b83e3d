"""Makes moto fast: fewer images, results that are kept between calls, and searches that look at fewer objects."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import moto.backends
import moto.core.utils
from moto.core.base_backend import BaseBackend
from moto.core.serialize import AttributePickerContext, ResponseSerializer, XFormedAttributePicker
from moto.core.utils import get_value
from moto.kms.utils import generate_private_key

IMAGES = Path(__file__).with_name("images.json")
"""The images of others in each region: moto's own 1,300 make every listing of snapshots take seconds."""

Addresses = dict[str, Any]
"""What answers for an address, by the address's pattern."""

_listed_addresses = BaseBackend.urls.fget
_listed_modules = moto.backends.list_of_moto_modules
_found_value = ResponseSerializer.get_value
_searched: dict[str, Callable[..., list[Any]]] = {}
"""The searches of moto that are replaced."""
_addresses: dict[tuple[type, str | None], Addresses] = {}
_modules: list[str] = []
_MISSING = object()
_loader = functools.cache(moto.core.utils.create_loader)
_made_private_key = functools.cache(lambda: generate_private_key("SYMMETRIC_DEFAULT"))


def keep() -> None:
    """Replace what takes moto long; each replacement answers as moto does.

    moto keeps the addresses of each service, for which it imports S3's module again, and the list of its folders. The
    addresses depend on `MOTO_S3_CUSTOM_ENDPOINTS`, so they are kept for each value of it. A search for a metric looks
    at its own data, one for the tags of a resource at that resource: moto looks at those of the whole account. The
    names under which a value may stand in an object are found once for each member of a shape and class of objects:
    moto finds them for each value of each answer, most of the time that an answer takes. The folder of the SDK's models
    is listed once, and symmetric keys of KMS, which show no part of it, share the RSA key that moto gives each.
    """
    # They import moto's images, whose path has to stand in the environment by then.
    import moto.kms.models  # noqa: PLC0415
    from moto.cloudwatch.models import CloudWatchBackend  # noqa: PLC0415
    from moto.ec2.models.tags import TagBackend  # noqa: PLC0415

    _searched.setdefault("metrics", CloudWatchBackend.get_metric_data)
    _searched.setdefault("tags", TagBackend.describe_tags)
    BaseBackend.urls = property(_kept_addresses)
    moto.backends.list_of_moto_modules = _kept_modules
    CloudWatchBackend.get_metric_data = _metric_data
    TagBackend.describe_tags = _tags
    ResponseSerializer.get_value = _value
    moto.core.utils.create_loader = _loader
    moto.kms.models.generate_private_key = _private_key


def _kept_addresses(backend: BaseBackend) -> Addresses:
    key = type(backend), os.environ.get("MOTO_S3_CUSTOM_ENDPOINTS")
    if key not in _addresses:
        _addresses[key] = _listed_addresses(backend)
    return _addresses[key]


def _kept_modules() -> list[str]:
    if not _modules:
        _modules.extend(_listed_modules())
    return _modules


@dataclass(frozen=True, slots=True)
class _Metrics:
    """The part of CloudWatch's backend that a search for metrics reads: some of the data."""

    found: Sequence[Any]

    def get_all_metrics(self) -> list[Any]:
        """Return the data."""
        return list(self.found)


def _metric_data(
    backend: Any, queries: Sequence[Mapping[str, Any]], start_time: Any, end_time: Any, *more: Any, **named: Any
) -> list[Any]:
    """Answer each query from the data of its own metric; expressions are computed from all results together."""
    if not queries or any("Expression" in query for query in queries):
        return _searched["metrics"](backend, queries, start_time, end_time, *more, **named)
    data: dict[Any, list[Any]] = {}
    for each in backend.get_all_metrics():
        dimensions = ((dimension.name, dimension.value) for dimension in each.dimensions)
        for key in (each.name, (each.name, *sorted(dimensions))):
            data.setdefault(key, []).append(each)
    return [
        result
        for query in queries
        for result in _searched["metrics"](
            _Metrics(data.get(_metric(query), ())), [query], start_time, end_time, *more, **named
        )
    ]


def _metric(query: Mapping[str, Any]) -> Any:
    """Return the key of the data that a query is about: a name, with the dimensions if there are any."""
    metric = query["MetricStat"]["Metric"]
    dimensions = sorted((each["Name"], each["Value"]) for each in metric.get("Dimensions", ()))
    return (metric["MetricName"], *dimensions) if dimensions else metric["MetricName"]


@dataclass(frozen=True, slots=True)
class _Tags:
    """The part of EC2's backend that a search for tags reads: the tags of some resources."""

    VALID_TAG_FILTERS: Sequence[str]
    tags: dict[str, dict[str, str]]


def _tags(backend: Any, filters: Mapping[str, Sequence[str]] | None = None) -> list[Any]:
    """Return the tags of resources that are named without wildcards from these alone."""
    names = (filters or {}).get("resource-id", ())
    if not names or any(set(name) & set("*?[\\") for name in names):
        return _searched["tags"](backend, filters)
    tags = {name: backend.tags[name] for name in dict.fromkeys(names) if name in backend.tags}
    return _searched["tags"](_Tags(backend.VALID_TAG_FILTERS, tags), filters)


def _value(serializer: Any, value: Any, key: str, shape: Any) -> Any:
    """Return the value of a member of an answer: that of the first of its possible names which the object has."""
    picker = serializer._value_picker
    if type(picker) is not XFormedAttributePicker:
        return _found_value(serializer, value, key, shape)
    kept = shape.__dict__.setdefault("_kept_names", {})
    names = kept.get((type(value), key))
    if names is None:
        service = serializer.operation_model.service_model
        context = AttributePickerContext(value, key, shape, serializer.operation_model, service, "")
        names = kept[type(value), key] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    find = value.get if type(value) is dict else functools.partial(get_value, value)
    for name in names:
        found = find(name, _MISSING)
        if found is not _MISSING:
            break
    else:
        found = None
    for path, transform in picker.response_transformers.items():
        # The end of the path is compared first: the path itself is put together for few members only.
        if key.endswith(path.rpartition(".")[2]) and ".".join((*serializer.path, key)).endswith(path):
            return transform(found)
    return found


def _private_key(key_spec: str) -> Any:
    return _made_private_key() if key_spec == "SYMMETRIC_DEFAULT" else generate_private_key(key_spec)
