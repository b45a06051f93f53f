"""Events of a sandbox that this process supervises, including its restarts."""

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.errors import InfrastructureError
from wavetank.inspection.event_watcher import PipelineEvent, WatchedKind, Watcher
from wavetank.live.sandbox_session import SandboxSession


def watch_once(session: SandboxSession, watcher: Watcher) -> list[PipelineEvent]:
    """The events since the last call; a restart of LocalStack is one of them.

    Raises:
        InfrastructureError: LocalStack ended and could not be restarted.
    """
    try:
        return watcher.poll()
    except ClientError as error:  # a resource was deleted; LocalStack answers
        return watcher.report(str(error))
    except (BotoCoreError, InfrastructureError) as error:
        if not session.recover():  # slow or disconnected: the next call may succeed
            return watcher.report(f"no answer yet: {error}")
        return [
            PipelineEvent(
                WatchedKind.RESTART,
                session.sandbox.clock.now(),
                "LocalStack ended and was restarted",
            )
        ]
