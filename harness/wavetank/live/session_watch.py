"""Events of a sandbox that this process supervises, including its restarts."""

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.errors import InfrastructureError
from wavetank.inspection.event_watcher import Happening, WatchedKind, Watcher
from wavetank.live.sandbox_session import SandboxSession


def watch_once(session: SandboxSession, watcher: Watcher) -> list[Happening]:
    """The events since the last call; a restart of LocalStack is one of them.

    Raises:
        InfrastructureError: LocalStack ended and could not be restarted.
    """
    try:
        return watcher.look()
    except ClientError as error:  # a resource was deleted; LocalStack answers
        return watcher.notice(str(error))
    except (BotoCoreError, InfrastructureError) as error:
        if not session.recover():  # slow or disconnected: the next call may succeed
            return watcher.notice(f"no answer yet: {error}")
        return [
            Happening(
                WatchedKind.RESTART,
                session.sandbox.clock.now(),
                "LocalStack ended and was restarted",
            )
        ]
