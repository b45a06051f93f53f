"""Sessions of the roles with which services act: assumed as the service, and cached.

[IAM user guide, id_roles_create_for-service; LocalStack 4.14: aws/connect.py, with_assumed_role]
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localstack.aws.connect import connect_to
from moto.sts.models import sts_backends

from wavetank.aws.clients import ClientError
from wavetank.core.clock import Clock
from wavetank.emulator.temporary_keys import forget_renewed

CREDENTIALS_FOR = timedelta(minutes=55)
"""How long an assumed role's credentials are used; a session lasts an hour."""
INVALID_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    }
)
"""Error codes of the session of a role that was deleted, by the protocols of the services."""


@dataclass(frozen=True)
class RoleSession:
    """Temporary credentials of a role, and when they expire."""

    access_key: str
    secret: str
    token: str
    until: datetime


class RoleSessionCache:
    """Caches the sessions of roles that one service assumes, because assuming is slow."""

    def __init__(self, clock: Clock, principal: str, session_name: str) -> None:
        self._clock = clock
        self._principal = principal
        self._session_name = session_name
        self._sessions: dict[str, RoleSession] = {}
        self._dropping = threading.Lock()

    def session(self, role_arn: str) -> RoleSession:
        """A session of the role.

        Raises:
            ClientError: the role cannot be assumed.
        """
        now = self._clock.now()
        session = self._sessions.get(role_arn)
        if session is None or not now < session.until <= now + CREDENTIALS_FOR:
            session = self._assume(role_arn, now + CREDENTIALS_FOR)
            self._sessions[role_arn] = session
        return session

    def forget(self, role_arn: str) -> None:
        """Assume the role anew when it is used next: it was deleted, and perhaps created again."""
        self._sessions.pop(role_arn, None)

    def forget_all(self) -> None:
        """Assume every role anew, as in a new process; nothing may be using the sessions."""
        for session in list(self._sessions.values()):
            _end(session)
        self._sessions.clear()

    def clients(self, role_arn: str, region: str) -> Any:
        """LocalStack's own clients by service, with the role's permissions.

        Raises:
            ClientError: the role cannot be assumed.
        """
        session = self.session(role_arn)
        return connect_to(
            aws_access_key_id=session.access_key,
            aws_secret_access_key=session.secret,
            aws_session_token=session.token,
            region_name=region,
        )

    def call[T](self, role_arn: str, make: Callable[[], T]) -> T:
        """The result of a call with the role's session; repeated once if the session is invalid.

        Raises:
            ClientError: the role cannot be assumed, or the service refuses the call.
        """
        used = self.session(role_arn)
        try:
            return make()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in INVALID_CREDENTIALS:
                raise
        self._drop(role_arn, used)
        return make()

    def _drop(self, role_arn: str, used: RoleSession) -> None:
        """Forget a session that is invalid, unless another thread has replaced it already."""
        with self._dropping:
            if self._sessions.get(role_arn) is used:
                del self._sessions[role_arn]
                _end(used)

    def _assume(self, role_arn: str, until: datetime) -> RoleSession:
        sts: Any = connect_to().sts
        caller = sts.request_metadata(service_principal=self._principal)
        answer = caller.assume_role(RoleArn=role_arn, RoleSessionName=self._session_name)
        found = answer["Credentials"]
        return RoleSession(
            found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], until
        )


def _end(session: RoleSession) -> None:
    """Remove the session from the stores of moto and `WavetankSts`, which never remove any."""
    forget_renewed(session.access_key)
    for backends in list(sts_backends.values()):
        for backend in list(backends.values()):
            backend.assumed_roles = [
                each for each in backend.assumed_roles if each.access_key_id != session.access_key
            ]
