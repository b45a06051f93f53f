"""STS that issues separate temporary credentials to every caller.

Selected with `PROVIDER_OVERRIDE_STS=wavetank`. [LocalStack 4.14: services/sts/provider.py]
"""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider
from localstack.services.sts.models import sts_stores
from localstack.services.sts.provider import StsProvider
from moto.iam.models import iam_backends

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.patches import patch_of
from wavetank.emulator.temporary_keys import TemporaryKey, issue_key, mark_renewed, temporary_key

DEFAULT_SECONDS = 43_200
SESSION_PREFIXES = ("ASIA", "LSIA")
FORBIDDEN = 403
PACKED_POLICY_PERCENT = 1
STORE_REGION = "us-east-1"
INVALID_TOKEN = "The security token included in the request is invalid"  # noqa: S105 - a message
NO_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
    "number is valid and associated with this user."
)


class WavetankSts(StsProvider):
    """LocalStack's STS provider, whose temporary keys belong to the caller who requested them."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def assume_role(self, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        """LocalStack's method; a service's session never expires, because AWS renews it."""
        answer: Any = super().assume_role(context, *args, **kwargs)
        internal: Any = context.internal_request_params
        if internal is not None and internal.get("service_principal"):
            mark_renewed(answer["Credentials"]["AccessKeyId"])
        return answer

    def get_session_token(
        self,
        context: RequestContext,
        duration_seconds: int | None = None,
        serial_number: str | None = None,
        token_code: str | None = None,
        **_: Any,
    ) -> Any:
        """A temporary key of the calling user, without MFA: a sandbox has no devices.

        Raises:
            CommonServiceException: a device is named, or the caller is a session.
        """
        if serial_number or token_code:
            raise _refused("AccessDenied", NO_DEVICE)
        user_id = _calling_user(context, "GetSessionToken")
        key = issue_key(
            self._clock,
            account=context.account_id,
            user_id=user_id,
            seconds=duration_seconds or DEFAULT_SECONDS,
        )
        return {"Credentials": _credentials(key)}

    def get_federation_token(
        self,
        context: RequestContext,
        name: str,
        policy: str | None = None,
        policy_arns: Any = None,
        duration_seconds: int | None = None,
        tags: Any = None,
        **_: Any,
    ) -> Any:
        """A temporary key of a federated user; its policies are in `iam_enforcement.sessions`."""
        user_id = _calling_user(context, "GetFederationToken")
        key = issue_key(
            self._clock,
            account=context.account_id,
            user_id=user_id,
            seconds=duration_seconds or DEFAULT_SECONDS,
            federated_name=name,
        )
        if tags:
            _store_tags(key, tags)
        return {
            "Credentials": _credentials(key),
            "FederatedUser": {
                "FederatedUserId": f"{key.account}:{name}",
                "Arn": federated_arn(key.account, name),
            },
            "PackedPolicySize": PACKED_POLICY_PERCENT if policy or policy_arns else 0,
        }

    def get_caller_identity(self, context: RequestContext, **kwargs: Any) -> Any:
        """The identity of the key.

        Raises:
            CommonServiceException: the user who requested the key was deleted.
        """
        key = temporary_key(scope_of(context.request.headers).access_key)
        if key is None:
            return super().get_caller_identity(context, **kwargs)
        return {"Account": key.account, **_identity(key)}


@aws_provider(api="sts", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_sts() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    _store_role_ids()
    provider = WavetankSts(WallClock())
    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)


def _store_tags(key: TemporaryKey, tags: list[Any]) -> None:
    """Store a session's tags where LocalStack stores those of a role's sessions.

    [LocalStack 4.14: services/sts/models.py]
    """
    sts_stores[key.account][STORE_REGION].sessions[key.access_key] = {
        "tags": {tag["Key"].lower(): tag for tag in tags},
        "transitive_tags": [],
        "iam_context": {},
    }


def federated_arn(account: str, name: str) -> str:
    """The ARN of a federated user."""
    return f"arn:aws:sts::{account}:federated-user/{name}"


def find_user(account: str, user_id: str) -> Any:
    """The IAM user with the unique ID; None if it was deleted."""
    users = iam_backends[account]["aws"].users.values()
    return next((user for user in users if user.id == user_id), None)


def find_role_of(session: Any) -> Any:
    """The role of the session; None if it was deleted.

    A role that is recreated with the same name has another unique ID, and no old sessions.
    [IAM user guide, reference_identifiers: unique identifiers]
    """
    return iam_backends[session.account_id]["aws"].roles.get(session.role_id)


def _store_role_ids() -> None:
    """Make every session store the unique ID of its role; moto looks the role up by name each time.

    [moto: sts/models.py, AssumedRole.user_id]
    """
    initializer = patch_of("moto.sts.models:AssumedRole.__init__")
    user_id = patch_of("moto.sts.models:AssumedRole.user_id")
    stock, current = initializer.original(), user_id.original()

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        stock(self, *args, **kwargs)
        self.role_id = current.fget(self).partition(":")[0]

    initializer.apply(init)
    user_id.apply(property(lambda self: f"{self.role_id}:{self.session_name}"))


def _identity(key: TemporaryKey) -> dict[str, str]:
    user = find_user(key.account, key.user_id) if key.user_id else None
    if user is None and key.user_id:
        raise _refused("InvalidClientTokenId", INVALID_TOKEN)
    if key.federated_name:
        name = key.federated_name
        return {"UserId": f"{key.account}:{name}", "Arn": federated_arn(key.account, name)}
    if user is None:
        return {"UserId": key.account, "Arn": f"arn:aws:iam::{key.account}:root"}
    return {"UserId": user.id, "Arn": user.arn}


def _calling_user(context: RequestContext, operation: str) -> str | None:
    """The unique ID of the calling user; None for the account's root user.

    Raises:
        CommonServiceException: the caller is a session, which AWS denies.
    """
    access_key = scope_of(context.request.headers).access_key
    if access_key.startswith(SESSION_PREFIXES):
        raise _refused("AccessDenied", f"Cannot call {operation} with session credentials")
    user = iam_backends[context.account_id]["aws"].get_user_from_access_key_id(access_key)
    return None if user is None else str(user.id)


def _refused(code: str, message: str) -> CommonServiceException:
    return CommonServiceException(code, message, FORBIDDEN, sender_fault=True)


def _credentials(key: TemporaryKey) -> dict[str, Any]:
    return {
        "AccessKeyId": key.access_key,
        "SecretAccessKey": key.secret,
        "SessionToken": key.token,
        "Expiration": key.expires,
    }
