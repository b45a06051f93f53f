"""Session attributes that moto does not store: managed session policies, source identity.

They are read from the response to the call that created the session, by its access key.
[STS API reference: AssumeRole, GetFederationToken; moto: sts/models.py, AssumedRole]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localstack.services.sts.models import sts_stores

from wavetank.emulator.sts import STORE_REGION

SESSIONS_CACHED = 4096
MAKING_SESSIONS = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken"}
)


@dataclass(frozen=True)
class SessionDetails:
    """Session policies of a role session: `policy` is inline, `policy_arns` are managed."""

    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    source_identity: str | None = None

    @property
    def has_policies(self) -> bool:
        """Whether the session was created with a session policy of either kind."""
        return bool(self.policy or self.policy_arns)


PLAIN = SessionDetails()
_SESSIONS: dict[str, SessionDetails] = {}
"""By access key, for as long as LocalStack runs, like moto's sessions."""


def store_session(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - LocalStack's names
    """Response handler: stores the details of a session that the call has created."""
    if context.service is None or context.service.service_name != "sts":
        return
    if context.operation is None or context.operation.name not in MAKING_SESSIONS:
        return
    answer, parameters = context.service_response or {}, context.service_request or {}
    credentials = answer.get("Credentials")
    details = read_details(parameters)
    if credentials and details != PLAIN:
        _SESSIONS[credentials["AccessKeyId"]] = details


def read_details(parameters: Mapping[str, Any]) -> SessionDetails:
    """The details that the call specifies."""
    arns = tuple(
        str(entry["arn"]) for entry in parameters.get("PolicyArns") or () if "arn" in entry
    )
    return SessionDetails(
        policy=parameters.get("Policy") or None,
        policy_arns=arns,
        source_identity=parameters.get("SourceIdentity") or None,
    )


def session_details(access_key: str) -> SessionDetails:
    """The details of the session with the key; `PLAIN` if it was created without any."""
    return _SESSIONS.get(access_key, PLAIN)


@lru_cache(SESSIONS_CACHED)
def session_tags(account: str, access_key: str) -> Mapping[str, str]:
    """The tags that were passed with the session, and those from the session before.

    They never change. [LocalStack 4.14: services/sts/provider.py, assume_role]
    """
    kept = sts_stores[account][STORE_REGION].sessions.get(access_key)
    if kept is None:
        return {}
    return {str(tag["Key"]): str(tag["Value"]) for tag in kept["tags"].values()}
