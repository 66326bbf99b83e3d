"""Whether a key's policy admits what an AWS service does with the key for its callers. Pure.

S3, DynamoDB and Lambda use a key with the rights of their callers, in requests whose kms:ViaService names the service
and the region. A policy that names a service's own principal is common and admits less.
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from muster.analysis.authorization.requests import Match, Request, find_match
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.policies.strangers import SERVICE
from muster.analysis.three_valued import all_of
from muster.model.arn import Arn

_VIA = "kms:viaservice"
_DATA = ("kms:decrypt", "kms:generatedatakey")
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "s3": _DATA,
    "dynamodb": (*_DATA, "kms:creategrant"),
    "lambda": ("kms:decrypt",),
}
"""What callers need by way of each service; DynamoDB makes grants when a table is made."""

_DNS: Mapping[str, str] = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a key's policy admits a service, None where that is undecided, and the reason."""

    admitted: bool | None
    reason: str


def via_service(service: str, region: str, partition: str = "aws") -> str:
    """Return the value of kms:ViaService in requests by way of a service of a region."""
    return f"{service}.{region}.{_DNS.get(partition, 'amazonaws.com')}"


def admission(policy: Policy, service: str, key_arn: str) -> Admission:
    """Return whether a key's policy admits a service: `s3`, `dynamodb` or `lambda`, in the key's region."""
    key = Arn.of(key_arn)
    # KMS lets a statement without Resource or Action have no effect.
    usable = [each for each in policy.statements if each.resources and (each.actions or each.not_actions)]
    named = [("the key policy", Policy(tuple(usable)))]
    actions = _ACTIONS[service]
    callers = Request("", key_arn, _of_callers(key, service))
    stops = _stops_callers(key)
    denied = [_find(named, replace(callers, action=each), stops, allow=False) for each in actions]
    if stop := next((each for each in denied if each.result), None):
        return Admission(False, f"{stop.statement} denies it by way of {callers.known[_VIA]}")
    unknown = [each for each in denied if each.result is None]
    by_account = _all(named, callers, actions, _account_names(key))
    by_principal = _all(named, callers, actions, _via_principal)
    for found, whom in ((by_account, "the account"), (by_principal, f"kms:ViaService {callers.known[_VIA]}")):
        if found.result and not unknown:
            return Admission(True, f"{whom}, {found.statement}")
    by_service = _service(named, key, service)
    if by_service.result and not unknown:
        return Admission(True, f"the service principal of {service}, {by_service.statement}")
    unknown += [each for each in (by_account, by_principal, by_service) if each.result is None]
    if unknown:
        return Admission(None, f"it is not known whether {unknown[0].statement} applies")
    return Admission(False, f"no statement allows {', '.join(actions)} to the account or to {callers.known[_VIA]}")


_Named = Iterable[tuple[str, Policy]]
_Names = Callable[[Statement], bool]


def _of_callers(key: Arn, service: str) -> Mapping[str, str | None]:
    return {
        _VIA: via_service(service, key.region, key.partition),
        "kms:calleraccount": key.account,
        "aws:principalaccount": key.account,
        "aws:principalisawsservice": "false",
        "aws:resourceaccount": key.account,
        "aws:securetransport": "true",
    }


def _service(named: _Named, key: Arn, service: str) -> Match:
    """Return whether the service's own principal is allowed to use the key; it makes no grants for itself."""
    principal = f"{service}.amazonaws.com"
    known: dict[str, str | None] = {
        _VIA: None,
        "aws:principalservicename": principal,
        "aws:principalisawsservice": "true",
        "aws:sourceaccount": key.account,
        "aws:resourceaccount": key.account,
        "aws:securetransport": "true",
    }
    request = Request("", f"arn:{key.partition}:kms:{key.region}:{key.account}:{key.resource}", known, SERVICE)
    actions = [each for each in _ACTIONS[service] if each in _DATA]

    def names(statement: Statement) -> bool:
        return any(each in (f"service:{principal}", f"service:{principal}.cn") for each in statement.principals)

    def stops(statement: Statement) -> bool:
        return names(statement) or statement.everybody

    allowed = _all(named, request, actions, names)
    denied = [_find(named, replace(request, action=each), stops, allow=False) for each in actions]
    if any(each.result for each in denied):
        return Match(False)
    return next((each for each in denied if each.result is None), allowed) if allowed.result else allowed


def _all(named: _Named, request: Request, actions: Iterable[str], names: _Names) -> Match:
    """Return whether all actions are allowed, with the statement of the first, or that of the one that is not known."""
    found = [_find(named, replace(request, action=each), names, allow=True) for each in actions]
    result = all_of(each.result for each in found)
    return Match(result, next((each.statement for each in found if each.result is result), ""))


def _find(named: _Named, request: Request, names: _Names, *, allow: bool) -> Match:
    return find_match(named, request, names, allow=allow)


def _account_names(key: Arn) -> _Names:
    names = ("*", f"aws:{key.account}", f"aws:arn:{key.partition}:iam::{key.account}:root")
    return lambda statement: any(each in names for each in statement.principals)


def _stops_callers(key: Arn) -> _Names:
    """Return what says whether a Deny speaks of all callers of the account: one of a single role stops no other."""
    names = _account_names(key)
    return lambda statement: bool(statement.not_principals) or names(statement)


def _via_principal(statement: Statement) -> bool:
    """Whether a statement speaks of principals of IAM and says by way of which services they may use the key."""
    return any(each.startswith("aws:") for each in statement.principals) and any(
        condition.key == _VIA for condition in statement.conditions
    )
