"""A request: the principal, the action, the resource, and the known condition keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wavetank.iam.request_context import Context, as_context

ABSENT_KEYS = frozenset(
    {
        "aws:CalledVia",
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:FederatedProvider",
        "aws:MultiFactorAuthAge",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:VpcSourceIp",
        "ec2:SourceInstanceARN",
    }
)
"""Keys that no request has: the emulator has no VPC, organisation, instance, MFA or federation.

[IAM user guide, reference_policies_condition-keys]
"""


class PrincipalType(StrEnum):
    """The values of `aws:PrincipalType`; AWS documents none for a service.

    [IAM user guide, reference_policies_variables, principal key values]
    """

    ACCOUNT = "Account"
    USER = "User"
    FEDERATED_USER = "FederatedUser"
    ASSUMED_ROLE = "AssumedRole"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The principal that makes a request, with the attributes that policies refer to.

    `arn` is the session's for an assumed role, whose `role_arn` is the role's, and the name, such
    as events.amazonaws.com, for a service. `user_id` is the value of `aws:userid`: a unique ID, for
    an assumed role with colon and session name, for the account itself its number. `user_arn` is,
    for a federated user, the user who called GetFederationToken. `tags` are those of the user or
    role and of the session.
    """

    type: PrincipalType
    arn: str
    account: str
    user_id: str
    role_arn: str | None = None
    user_arn: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    source_identity: str | None = None

    @property
    def source_arn(self) -> str | None:
        """The role or user whose session this is; None if it is not a session."""
        return self.role_arn or self.user_arn

    @property
    def has_account(self) -> bool:
        """Whether the principal belongs to an account whose policies apply."""
        return self.type not in {PrincipalType.SERVICE, PrincipalType.ANONYMOUS}

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that follow from the principal; empty if AWS has no value.

        [IAM user guide, reference_policies_condition-keys, reference_policies_variables]
        """
        is_service = self.type is PrincipalType.SERVICE
        name = (self.arn.rpartition("/")[2],) if self.type is PrincipalType.USER else ()
        known = {
            "aws:PrincipalType": (self.type.value,),
            "aws:PrincipalArn": (self.role_arn or self.arn,) if self.has_account else (),
            "aws:PrincipalAccount": () if is_service else (self.account,),
            "aws:PrincipalIsAWSService": (str(is_service).lower(),),
            "aws:PrincipalServiceName": (self.arn,) if is_service else (),
            "aws:userid": () if is_service else (self.user_id,),
            "aws:username": name,
            "aws:SourceIdentity": (self.source_identity,) if self.source_identity else (),
        }
        if self.type is PrincipalType.ANONYMOUS:
            known["aws:PrincipalIsAWSService"] = ()
        return known


ANONYMOUS = Principal(
    type=PrincipalType.ANONYMOUS, arn="*", account="anonymous", user_id="anonymous"
)
"""The principal of an unsigned request. [as Principal.context]"""


def service(name: str) -> Principal:
    """A service that makes its own calls, by its name, such as events.amazonaws.com."""
    return Principal(type=PrincipalType.SERVICE, arn=name, account="", user_id="")


@dataclass(frozen=True, kw_only=True)
class AccessRequest:
    """A request to authorize: an action, such as `s3:GetObject`, on the resource of an ARN.

    `context` adds to the keys that follow from the principal, and overrides them. A key without
    values, or named in `absent`, is known not to be in the request; any other missing key is
    unknown.
    """

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: frozenset[str] = ABSENT_KEYS

    def known(self) -> Context:
        """All known condition keys, for conditions and variables."""
        absent: Mapping[str, tuple[str, ...]] = dict.fromkeys(self.absent, ())
        tags = {f"aws:PrincipalTag/{key}": (value,) for key, value in self.principal.tags}
        return as_context(absent, self.principal.context(), tags, self.context)
