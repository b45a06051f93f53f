"""Sessions of the roles with which delivery streams act, assumed as the service.

[Amazon Data Firehose developer guide: controlling-access]
"""

from wavetank.core.clock import Clock
from wavetank.emulator.role_sessions import RoleSession, RoleSessionCache

__all__ = ["SESSION", "RoleSession", "RoleSessions"]
SESSION = "AWSFirehoseToS3"


class RoleSessions(RoleSessionCache):
    """The sessions of the roles of all delivery streams."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, "firehose", SESSION)
