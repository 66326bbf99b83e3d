"""IAM: users, the managed policies of identities, the use of roles, and server certificates."""

from datetime import datetime

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.arn import Arn
from muster.model.finding import Unknown


@facet
class User(Parsed):
    """An item of UserDetailList: the name of a user, its creation and its groups.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UserDetail.html
    """

    name: str = read("UserName", kinds.required)
    arn: str = read("Arn", kinds.text)
    created: datetime | Unknown = read("CreateDate", kinds.time)
    groups: tuple[str, ...] = read("GroupList", kinds.texts)


@facet
class AttachedPolicies(Parsed):
    """The ARNs of the managed policies of a user, a group or a role, and the groups of a user.

    A permissions boundary is no attached policy.
    """

    arns: tuple[str, ...] = read("AttachedManagedPolicies", kinds.text_of_each("PolicyArn"))
    groups: tuple[str, ...] = read("GroupList", kinds.texts, default=())

    def of_aws(self, name: str) -> bool:
        """Whether the AWS managed policy of this name is attached, in any partition; a customer's is another one."""
        found = (Arn.parse(each) for each in self.arns)
        return any(
            arn and (arn.service, arn.account) == ("iam", "aws") and arn.resource.partition("/")[0] == "policy"
            and arn.name == name
            for arn in found
        )  # fmt: skip


@facet
class RoleUse(Parsed):
    """An item of RoleDetailList: the creation and the last use of a role.

    `used` is None where IAM has no record of a use; it keeps them for 400 days, or since it began to in a region.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
    """

    name: str = read("RoleName", kinds.required)
    created: datetime | Unknown = read("CreateDate", kinds.time)
    used: datetime | Unknown | None = read("RoleLastUsed.LastUsedDate", kinds.optional(kinds.time))


@facet
class ServerCertificate(Parsed):
    """An item of ServerCertificateMetadataList.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServerCertificateMetadata.html
    """

    expires: datetime | Unknown = read("Expiration", kinds.time)
