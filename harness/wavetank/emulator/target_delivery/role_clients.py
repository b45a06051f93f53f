"""Clients with which a service calls its targets: as the service, or with a role's permissions."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.connect import connect_to

from wavetank.core.clock import WallClock
from wavetank.emulator.role_sessions import RoleSessionCache

TARGET_SESSIONS: Mapping[str, RoleSessionCache] = {
    principal: RoleSessionCache(WallClock(), principal, f"session-{principal}")
    for principal in ("events", "lambda", "logs", "scheduler", "sns")
}
"""By service principal, for all targets of the service."""


def service_client(service: str, arn: str, principal: str, source_arn: str) -> Any:
    """A client of the account and region of `arn`, which calls as the service principal.

    `source_arn` is the rule that the call is for, which policies may require.
    """
    _, _, _, region, account, *_ = arn.split(":")
    factory: Any = connect_to(aws_access_key_id=account, region_name=region)
    client: Any = factory.get_client(service)
    return client.request_metadata(service_principal=principal, source_arn=source_arn)


def role_client(service: str, role_arn: str, region: str, principal: str) -> Any:
    """A client with the permissions of the role, which the service principal assumes.

    Raises:
        ClientError: of AssumeRole, if the role does not trust the service.
    """
    return TARGET_SESSIONS[principal].clients(role_arn, region).get_client(service)


def forget_target_sessions() -> None:
    """Assume all roles anew, as in a new process."""
    for sessions in TARGET_SESSIONS.values():
        sessions.forget_all()
