"""LocalStack's Lambda with two of its loops replaced: of asynchronous events, and of logs.

And with code that is unpacked as `packages` does it, whichever executor runs it.

And without the threads that recorded metrics: LocalStack keeps each of them until it stops, about
15 KB for each invocation. [LocalStack 4.14: utils/threads.py] What else would grow with the number
of invocations is bounded in `function_logs`, `emulator.metrics_database` and `emulator.gc_control`.

Selected with `PROVIDER_OVERRIDE_LAMBDA=wavetank`.
"""

from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.plugins import Service, aws_provider
from localstack.utils.patch import patch
from localstack.utils.threads import start_worker_thread

from wavetank.core.clock import WallClock
from wavetank.emulator.lambda_.async_events import poll
from wavetank.emulator.lambda_.function_logs import write_logs
from wavetank.emulator.lambda_.packages import unpack_with_care


@aws_provider(api="lambda", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_lambda() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    clock = WallClock()
    unpack_with_care()

    @patch(Poller.run)  # type: ignore[untyped-decorator]  # as above
    def run(_: object, self: Poller, *__: object, **___: object) -> None:
        poll(self)

    @patch(LogHandler.run_log_loop)  # type: ignore[untyped-decorator]  # as above
    def run_log_loop(_: object, self: LogHandler, *__: object, **___: object) -> None:
        write_logs(self, clock)

    # As before, but nothing keeps the thread once it has ended.
    version_manager.start_thread = start_worker_thread  # type: ignore[assignment, attr-defined]  # it names it for itself

    return Service.for_provider(LambdaProvider())
