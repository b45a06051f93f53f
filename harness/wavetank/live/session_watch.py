"""What happens in a sandbox that this process supervises, its restarts included."""

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.errors import InfrastructureError
from wavetank.inspection.event_watcher import Happening, WatchedKind, Watcher
from wavetank.live.sandbox_session import SandboxSession


def watch_once(session: SandboxSession, watcher: Watcher) -> list[Happening]:
    """What is new since the last call; a restart of LocalStack is one of them.

    Raises:
        InfrastructureError: LocalStack ended and did not come back.
    """
    try:
        return watcher.look()
    except ClientError as error:  # it answers, but a resource was deleted: no reason to end
        return watcher.notice(str(error))
    except (BotoCoreError, InfrastructureError) as error:
        if not session.recover():  # it is slow, or cut off for a while: the next call may succeed
            return watcher.notice(f"no answer yet: {error}")
        return [
            Happening(
                WatchedKind.RESTART, session.sandbox.clock.now(), "LocalStack ended and is back"
            )
        ]
