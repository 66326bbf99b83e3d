"""API Gateway: REST APIs, their stages, and custom domain names; of stages also what all kinds of APIs share."""

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

REST, HTTP, WEBSOCKET = "REST", "HTTP", "WEBSOCKET"
OFF = "OFF"
ALL_METHODS = "*/*"
_LEVEL = kinds.one_of("ERROR", "INFO", OFF)

RECOMMENDED_TLS_POLICIES = (
    "SecurityPolicy_TLS13_1_3_2025_09",
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_2025_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
)
"""The security policies that the control APIGateway.11 accepted on 2026-10-01.

https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-11
"""
_OTHER_TLS_POLICIES = (
    "TLS_1_0",
    "TLS_1_2",
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_2021_06",
    "SecurityPolicy_TLS12_2018_EDGE",
)


@dataclass(frozen=True, slots=True)
class NamedApi:
    """One API of a listing; `protocol` is REST, HTTP or WEBSOCKET."""

    id: str
    protocol: str | Unknown
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Apis:
    """The APIs of a region in the order of their ids.

    Some 300 bytes each, of which a region has 600 of each kind unless its quotas were raised: 180 KB.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """

    all: tuple[NamedApi, ...]

    @classmethod
    def of(cls, apis: Iterable[NamedApi]) -> Self:
        """Put APIs in order, each once."""
        by_id = {each.id: each for each in apis}
        return cls(tuple(by_id[name] for name in sorted(by_id)))

    def since(self, name: str) -> Sequence[NamedApi]:
        """Return those from an id on, whether it is there itself or gone."""
        return self.all[bisect.bisect_left(self.all, name, key=lambda each: each.id) :]


class RestApis(Apis):
    """The REST APIs of a region."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of GetRestApis, all pages joined."""
        made = (NamedApi(str(item["id"]), REST, dict(item.get("tags") or {})) for item in response.get("items") or ())
        return cls.of(made)


@dataclass(frozen=True, slots=True)
class StageOf:
    """The API that a stage, a route or an integration is of, and its protocol: REST, HTTP or WEBSOCKET."""

    api: str
    protocol: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Make it of the id and the protocol of the API."""
        return cls(str(response["ApiId"]), response["ProtocolType"])


@dataclass(frozen=True, slots=True)
class StageLogging:
    """The level of a stage's execution log, and the levels of methods or routes that have their own.

    Without a level of its own a stage writes no log.
    https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html
    """

    name: str
    level: str | Unknown
    others: Mapping[str, str | Unknown]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse a stage of either API: GetStages of the second one spells all members with a capital."""
        if response.get("StageName") is not None:
            default = response.get("DefaultRouteSettings") or {}
            routes = response.get("RouteSettings") or {}
            levels = {key: _LEVEL(each.get("LoggingLevel"), "LoggingLevel") for key, each in routes.items()}
            return cls(str(response["StageName"]), _level(default.get("LoggingLevel")), levels)
        settings = response.get("methodSettings") or {}
        default = settings.get(ALL_METHODS) or {}
        levels = {
            key: _LEVEL(each.get("loggingLevel"), "loggingLevel", f"the log level of {key}")
            for key, each in settings.items()
            if key != ALL_METHODS
        }
        return cls(str(response["stageName"]), _level(default.get("loggingLevel")), levels)


def _level(value: object) -> str | Unknown:
    return _LEVEL(value or OFF, "loggingLevel")


@dataclass(frozen=True, slots=True)
class Caching:
    """The cache of one method, or of all with the key */*."""

    enabled: bool | Unknown
    encrypted: bool | Unknown


def _caches(response: Answer) -> Mapping[str, Caching]:
    return {
        key: Caching(
            kinds.flag(each.get("cachingEnabled"), "cachingEnabled", f"whether {key} is cached"),
            kinds.flag(
                each.get("cacheDataEncrypted"), "cacheDataEncrypted", f"whether the cache of {key} is encrypted"
            ),
        )
        for key, each in (response.get("methodSettings") or {}).items()
    }


@facet
class RestStage(Parsed):
    """One stage of GetStages; its variables, which may be secrets, are not kept."""

    client_certificate: str = read("clientCertificateId", kinds.text)
    tracing: bool | Unknown = read("tracingEnabled", kinds.flag, "whether X-Ray tracing is on")
    web_acl: str = read("webAclArn", kinds.text)
    cache_cluster: bool | Unknown = read("cacheClusterEnabled", kinds.flag, "whether the stage has a cache")
    caches: Mapping[str, Caching] = computed(_caches, "methodSettings")


@facet
class DomainName(Parsed):
    """One custom domain name of GetDomainNames: its security policy."""

    tls_policy: str | Unknown = read(
        "securityPolicy", kinds.one_of(*RECOMMENDED_TLS_POLICIES, *_OTHER_TLS_POLICIES), "the security policy"
    )
