"""What moto's IAM answers otherwise than AWS about an account: its summary, password policy, MFA devices, certificates.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificates.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
"""

from dataclasses import dataclass, field
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

ROOT_DEVICE = "mfa/root-account-mfa-device"
"""The name of the root user's virtual MFA device: in the embedded AWS the root user has MFA while it exists."""


def corrections() -> dict[str, Correction]:
    """Return what corrects IAM, by operation; features of organizations are remembered in it."""
    features = _Features()
    return {
        "iam:GetAccountSummary": _summary,
        "iam:GetAccountPasswordPolicy": _password_policy,
        "iam:ListVirtualMFADevices": _virtual_mfa_devices,
        "iam:ListServerCertificates": _server_certificates,
        "iam:TagServerCertificate": _tag_server_certificate,
        "iam:ListServerCertificateTags": _server_certificate_tags,
        "iam:EnableOrganizationsRootCredentialsManagement": features.enable,
        "iam:ListOrganizationsFeatures": features.answer,
    }


def backend_of(request: Request) -> Any:
    """Return moto's IAM of the account that a request is of."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto takes seconds to import

    account, _ = place(request)
    return iam_backends[account]["aws"]


def root_has_mfa(backend: Any) -> bool:
    """Whether the root user of an account has its virtual MFA device."""
    return any(serial.endswith(f":{ROOT_DEVICE}") for serial in backend.virtual_mfa_devices)


def _summary(request: Request) -> Answer:
    """Add what moto leaves out: the root user has a password, as in an account that was made on its own."""
    backend = backend_of(request)
    own = {"AccountMFAEnabled": int(root_has_mfa(backend)), "AccountPasswordPresent": 1}
    return request.answer({"SummaryMap": backend.account_summary.summary_map | own})


def _password_policy(request: Request) -> Answer | None:
    """Leave out what has no value; without a policy moto answers NoSuchEntity, as AWS does."""
    policy = backend_of(request).account_password_policy
    if policy is None:
        return None
    answer = {
        "MinimumPasswordLength": policy.minimum_password_length,
        "RequireSymbols": policy.require_symbols,
        "RequireNumbers": policy.require_numbers,
        "RequireUppercaseCharacters": policy.require_uppercase_characters,
        "RequireLowercaseCharacters": policy.require_lowercase_characters,
        "AllowUsersToChangePassword": policy.allow_users_to_change_password,
        "ExpirePasswords": bool(policy.max_password_age),
    }
    further = {
        "MaxPasswordAge": policy.max_password_age,
        "PasswordReusePrevention": policy.password_reuse_prevention,
        "HardExpiry": policy.hard_expiry,
    }
    return request.answer({"PasswordPolicy": answer | {name: value for name, value in further.items() if value}})


def _virtual_mfa_devices(request: Request) -> Answer:
    """Answer the devices of a page; that of the root user is assigned to it."""
    backend, wanted = backend_of(request), request.parameters
    root = f"arn:aws:iam::{backend.account_id}:root"
    found = []
    for serial, device in sorted(backend.virtual_mfa_devices.items()):
        owner = {"Arn": root} if serial.endswith(f":{ROOT_DEVICE}") else device.user_attribute or {}
        if wanted.get("AssignmentStatus", "Any") in ("Any", "Assigned" if owner else "Unassigned"):
            user = {"User": {"Arn": owner["Arn"]}} if owner else {}
            found.append({"SerialNumber": serial, **user})
    start, size = int(wanted.get("Marker") or 0), int(wanted.get("MaxItems") or 100)
    more = {"Marker": str(start + size)} if start + size < len(found) else {}
    return request.answer({"VirtualMFADevices": found[start : start + size], "IsTruncated": bool(more), **more})


def _server_certificates(request: Request) -> Answer:
    """Answer the end of each certificate's own validity."""
    from cryptography import x509  # noqa: PLC0415 - only few need it

    found = []
    for each in backend_of(request).certificates.values():
        parsed = x509.load_pem_x509_certificate(each.cert_body.encode())
        found.append(
            {
                "ServerCertificateName": each.cert_name,
                "ServerCertificateId": "ASCACKCEVSQ6C2EXAMPLE",
                "Path": each.path,
                "Arn": each.arn,
                "UploadDate": parsed.not_valid_before_utc,
                "Expiration": parsed.not_valid_after_utc,
            }
        )
    return request.answer({"ServerCertificateMetadataList": found, "IsTruncated": False})


def _tag_server_certificate(request: Request) -> Answer:
    """Remember tags beside moto's certificate."""
    certificate = backend_of(request).get_server_certificate(request.parameters["ServerCertificateName"])
    certificate.tags = list(request.parameters["Tags"])
    return request.answer({})


def _server_certificate_tags(request: Request) -> Answer:
    certificate = backend_of(request).get_server_certificate(request.parameters["ServerCertificateName"])
    return request.answer({"Tags": getattr(certificate, "tags", []), "IsTruncated": False})


@dataclass(slots=True)
class _Features:
    """The features of central management of root users, by the account that enabled them."""

    enabled: dict[str, list[str]] = field(default_factory=dict)

    def enable(self, request: Request) -> Answer:
        """Enable management of root credentials."""
        account, _ = place(request)
        self.enabled[account] = ["RootCredentialsManagement"]
        return self.answer(request)

    def answer(self, request: Request) -> Answer:
        """Answer the features of the organization, to its management account only."""
        from moto.organizations.models import organizations_backends  # noqa: PLC0415 - moto takes seconds to import

        account, _ = place(request)
        organization = organizations_backends[account]["aws"].org
        if account in organizations_backends.master_accounts:
            code = "AccountNotManagementOrDelegatedAdministratorException"
            return request.refuse(code, "The account is not the management account of its organization")
        if organization is None:
            return request.refuse("OrganizationNotFoundException", "The account is not part of an organization", 404)
        return request.answer({"OrganizationId": organization.id, "EnabledFeatures": self.enabled.get(account, [])})
