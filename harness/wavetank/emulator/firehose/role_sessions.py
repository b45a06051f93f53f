"""Sessions of the roles with which delivery streams act, assumed as the service.

[Amazon Data Firehose developer guide: controlling-access]
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localstack.aws.connect import connect_to

from wavetank.aws.clients import ClientError
from wavetank.core.clock import Clock

SESSION = "AWSFirehoseToS3"
PRINCIPAL = "firehose.amazonaws.com"
CREDENTIALS_FOR = timedelta(minutes=55)
"""How long an assumed role's credentials are used; a session lasts an hour."""


@dataclass
class TrustCheck:
    """Decides whether a role's trust policy lets a service assume it.

    It is replaced where policies are enforced: LocalStack does not check trust policies.
    """

    is_trusted: Callable[[str, str], bool] = lambda _role_arn, _principal: True


TRUST = TrustCheck()


@dataclass(frozen=True)
class RoleSession:
    """Temporary credentials of a role."""

    access_key: str
    secret: str
    token: str
    until: datetime


class RoleSessions:
    """The sessions of all roles, cached: assuming a role for each object is slow."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, RoleSession] = {}

    def session(self, role_arn: str) -> RoleSession:
        """A session of the role.

        Raises:
            Exception: the role cannot be assumed.
        """
        now = self._clock.now()
        session = self._sessions.get(role_arn)
        if session is None or not now < session.until <= now + CREDENTIALS_FOR:
            session = _assume(role_arn, now + CREDENTIALS_FOR)
            self._sessions[role_arn] = session
        return session

    def forget(self, role_arn: str) -> None:
        """Assume the role anew when it is used next: it was deleted, and perhaps created again."""
        self._sessions.pop(role_arn, None)

    def clients(self, role_arn: str, region: str) -> Any:
        """LocalStack's own clients by service, with the role's permissions.

        Raises:
            Exception: the role cannot be assumed.
        """
        session = self.session(role_arn)
        return connect_to(
            aws_access_key_id=session.access_key,
            aws_secret_access_key=session.secret,
            aws_session_token=session.token,
            region_name=region,
        )


def _assume(role_arn: str, until: datetime) -> RoleSession:
    if not TRUST.is_trusted(role_arn, PRINCIPAL):
        message = f"User: {PRINCIPAL} is not authorized to perform: sts:AssumeRole on {role_arn}"
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "AssumeRole")
    sts: Any = connect_to().sts
    caller = sts.request_metadata(service_principal="firehose")
    answer = caller.assume_role(RoleArn=role_arn, RoleSessionName=SESSION)["Credentials"]
    return RoleSession(
        answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"], until
    )
