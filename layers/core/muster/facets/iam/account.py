"""IAM: the root user, the password policy, and the settings of the whole account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.arn import Arn
from muster.model.finding import Unknown

_ROOT_DEVICE = "mfa/root-account-mfa-device"
"""The name that the console gives to the first virtual MFA device of the root user."""


@facet
class AccountSummary(Parsed):
    """The counts of GetAccountSummary; those of the root user are 0 or 1. A count that AWS leaves out is Unknown.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    """

    users: int | Unknown = read("SummaryMap.Users", kinds.number)
    providers: int | Unknown = read("SummaryMap.Providers", kinds.number)
    root_mfa: int | Unknown = read("SummaryMap.AccountMFAEnabled", kinds.number)
    root_keys: int | Unknown = read("SummaryMap.AccountAccessKeysPresent", kinds.number)
    root_password: int | Unknown = read("SummaryMap.AccountPasswordPresent", kinds.number)
    root_certificates: int | Unknown = read("SummaryMap.AccountSigningCertificatesPresent", kinds.number)


@dataclass(frozen=True, slots=True)
class VirtualMfaDevices:
    """The owners of the virtual MFA devices: ARNs of users, and whether the root user has one.

    The seed and the QR code of a device are never read. Passkeys and hardware devices are not in the list.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
    """

    root: bool
    users: frozenset[str]

    @classmethod
    def parse(cls, response: Answer) -> Self:
        """Read the owner of each device."""
        found = [
            (str((each.get("User") or {}).get("Arn") or ""), str(each["SerialNumber"]))
            for each in response.get("VirtualMFADevices") or ()
        ]
        root = any(_resource(owner) == "root" or _resource(serial) == _ROOT_DEVICE for owner, serial in found)
        return cls(root, frozenset(owner for owner, _ in found if _resource(owner).startswith("user/")))


def _resource(text: str) -> str:
    arn = Arn.parse(text)
    return arn.resource if arn else ""


@facet
class PasswordPolicy(Parsed):
    """The account's own password policy; `custom` is false where there is none and AWS's default applies.

    A maximum age of 0 means that passwords never expire, a reuse prevention of 0 that they may be used again.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
    """

    custom: bool = computed(lambda answer: bool(answer.get("PasswordPolicy")))
    minimum_length: int | Unknown = read("PasswordPolicy.MinimumPasswordLength", kinds.number)
    symbols: bool | Unknown = read("PasswordPolicy.RequireSymbols", kinds.flag)
    numbers: bool | Unknown = read("PasswordPolicy.RequireNumbers", kinds.flag)
    uppercase: bool | Unknown = read("PasswordPolicy.RequireUppercaseCharacters", kinds.flag)
    lowercase: bool | Unknown = read("PasswordPolicy.RequireLowercaseCharacters", kinds.flag)
    maximum_age: int = read("PasswordPolicy.MaxPasswordAge", kinds.count())
    reuse_prevention: int = read("PasswordPolicy.PasswordReusePrevention", kinds.count())


@facet
class SupportAccess(Parsed):
    """The users, roles and groups with the AWS managed policy AWSSupportAccess.

    A group is here only if it has a user, a role only if its trust policy allows someone to assume it.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
    """

    users: tuple[str, ...] = read("PolicyUsers", kinds.text_of_each("UserName"))
    roles: tuple[str, ...] = read("PolicyRoles", kinds.text_of_each("RoleName"))
    groups: tuple[str, ...] = read("PolicyGroups", kinds.text_of_each("GroupName"))


@facet
class OrganizationsFeatures(Parsed):
    """The features of central management of root users; `answered` is false where the account may not ask for them.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
    """

    answered: bool = computed(lambda answer: "EnabledFeatures" in answer, "EnabledFeatures")
    enabled: tuple[str, ...] = read("EnabledFeatures", kinds.texts)


@facet
class SecurityContact(Parsed):
    """Whether the account has an alternate contact for security; its name, address and number are not kept.

    https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html
    """

    present: bool = read("AlternateContact", kinds.present)


@dataclass(frozen=True, slots=True)
class IdentityProviders:
    """The SAML providers of the account, each with the end of the validity of its metadata.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSAMLProviders.html
    """

    saml: Mapping[str, datetime | Unknown]

    @classmethod
    def parse(cls, response: Answer) -> Self:
        """Read the providers by their names."""
        return cls(dict(_providers(response)))


def _providers(response: Answer) -> Iterator[tuple[str, datetime | Unknown]]:
    for each in response.get("SAMLProviderList") or ():
        yield Arn.of(each["Arn"]).name, kinds.time(each.get("ValidUntil"), "ValidUntil")
