"""Sessions of the roles with which delivery streams act, assumed as the service.

[Amazon Data Firehose developer guide: controlling-access]
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from wavetank.aws.clients import ClientError
from wavetank.core.clock import Clock
from wavetank.emulator.role_sessions import RoleSession, RoleSessionCache

__all__ = ["PRINCIPAL", "SESSION", "TRUST", "RoleSession", "RoleSessions", "TrustCheck"]
SESSION = "AWSFirehoseToS3"
PRINCIPAL = "firehose.amazonaws.com"


@dataclass
class TrustCheck:
    """Interface that decides whether a role's trust policy lets a service assume it.

    It is replaced where policies are enforced: LocalStack does not check trust policies.
    """

    is_trusted: Callable[[str, str], bool] = lambda _role_arn, _principal: True


TRUST = TrustCheck()


class RoleSessions(RoleSessionCache):
    """Cached sessions of the roles of all delivery streams, assumed as Firehose."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, "firehose", SESSION)

    def _assume(self, role_arn: str, until: datetime) -> RoleSession:
        if not TRUST.is_trusted(role_arn, PRINCIPAL):
            message = (
                f"User: {PRINCIPAL} is not authorized to perform: sts:AssumeRole on {role_arn}"
            )
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "AssumeRole")
        return super()._assume(role_arn, until)
