"""Whether a resource's policy lets an AWS service make one request for one of the account's resources. Pure.

`access` looks for strangers whom a policy admits; here the caller and most of the request are known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.analysis.authorization.requests import Request, holds
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.policies.strangers import SERVICE
from muster.analysis.three_valued import all_of, any_of
from muster.model.arn import account_of


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One request that a service makes for a resource of the account, `source`, to the resource `resource`; both ARNs.

    `service` is the service principal, `action` an action in lower case, `context` what else the request says by the
    names of condition keys in lower case. None stands for a key that the request lacks.
    """

    service: str
    action: str
    resource: str
    source: str
    context: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, str | None]:
        """The values that the request certainly has, by condition key in lower case.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        return {
            "aws:sourcearn": self.source,
            "aws:sourceaccount": account_of(self.source),
            "aws:principalservicename": self.service,
            "aws:principalisawsservice": "true",
            "aws:resourceaccount": account_of(self.resource),
            "aws:securetransport": "true",
            **self.context,
        }


def admits(policy: Policy, request: ServiceRequest) -> bool | None:
    """Whether a policy allows a request and does not deny it; None where a condition is undecided."""
    made = Request(request.action, request.resource, request.known, SERVICE)
    denied, allowed = (
        any_of(
            holds(each, made, lambda statement: _names_service(statement, request.service))
            for each in policy.statements
            if each.allow is effect
        )
        for effect in (False, True)
    )
    return all_of((allowed, None if denied is None else not denied))


def _names_service(statement: Statement, service: str) -> bool:
    if statement.not_principals:
        return not _names(statement.not_principals, service)
    return _names(statement.principals, service)


def _names(principals: Sequence[str], service: str) -> bool:
    # In China some policies have the partition's own suffix on a service's name.
    return any(each in ("*", "service:*", f"service:{service}", f"service:{service}.cn") for each in principals)
