"""Events of a sandbox, including its restarts."""

from collections.abc import Callable

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.inspection.sandbox_watcher import EventSource, PipelineEvent, WatchedKind


def watch_once(
    watcher: EventSource, recover: Callable[[], bool], clock: Clock
) -> list[PipelineEvent]:
    """The events since the last call; a restart of LocalStack is one of them.

    `recover` is that of `SandboxSession`.

    Raises:
        InfrastructureError: LocalStack ended and could not be restarted.
    """
    try:
        return watcher.poll()
    except ClientError as error:  # a resource was deleted; LocalStack answers
        return watcher.report(str(error))
    except (BotoCoreError, InfrastructureError) as error:
        if not recover():  # slow or disconnected: the next call may succeed
            return watcher.report(f"no answer yet: {error}")
        restarted = "LocalStack ended and was restarted"
        return [PipelineEvent(WatchedKind.RESTART, clock.now(), restarted)]
