"""The calls of IAM, IAM Access Analyzer and the account."""

from local import estate
from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    """Count by what the estate has; nothing of it is read user by user."""
    policies = there.ask(estate.HOME, "iam", "list_policies", Scope="Local")["Policies"]
    return {
        # Roles, users, groups and policies, each with a listing of its own, and all policies once for the account.
        "iam:GetAccountAuthorizationDetails": 5,
        "iam:ListPolicyTags": len(policies),
        "iam:ListServerCertificateTags": len(
            there.ask(estate.HOME, "iam", "list_server_certificates")["ServerCertificateMetadataList"]
        ),
        # One of the account each, for all checks and all users.
        "iam:GenerateCredentialReport": 1,
        "iam:GetCredentialReport": 1,
        "iam:GetAccountSummary": 1,
        "iam:GetAccountPasswordPolicy": 1,
        "iam:ListVirtualMFADevices": 1,
        "iam:ListServerCertificates": 1,
        "iam:ListOrganizationsFeatures": 1,
        "iam:ListSAMLProviders": 1,
        "iam:ListEntitiesForPolicy": 1,
        # The role with AWSSupportAccess.
        "iam:GetRole": 1,
        "account:GetAlternateContact": 1,
        "accessanalyzer:ListAnalyzers": REGIONS,
    }
