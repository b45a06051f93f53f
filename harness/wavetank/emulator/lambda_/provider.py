"""LocalStack's Lambda with two loops replaced: of asynchronous events, and of logs.

Code is unpacked by `packages`, whichever executor runs it.

Threads that have recorded metrics are dropped: LocalStack keeps each of them until it stops, about
15 KB for each invocation. [LocalStack 4.14: utils/threads.py] What else would grow with the number
of invocations is limited in `function_logs`, `emulator.metrics_database` and `emulator.gc_control`.

Selected with `PROVIDER_OVERRIDE_LAMBDA=wavetank`.
"""

from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.plugins import Service, aws_provider
from localstack.utils.threads import start_worker_thread

from wavetank.core.clock import WallClock
from wavetank.emulator.lambda_.async_events import poll
from wavetank.emulator.lambda_.function_logs import write_logs
from wavetank.emulator.lambda_.packages import use_safe_unpacking
from wavetank.emulator.patches import patch_of


@aws_provider(api="lambda", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_lambda() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    clock = WallClock()
    use_safe_unpacking()

    def run(self: Poller, *_: object, **__: object) -> None:
        poll(self)

    def run_log_loop(self: LogHandler, *_: object, **__: object) -> None:
        write_logs(self, clock)

    patch_of("localstack.services.lambda_.invocation.event_manager:Poller.run").apply(run)
    patch_of("localstack.services.lambda_.invocation.logs:LogHandler.run_log_loop").apply(
        run_log_loop
    )
    # Like LocalStack's, but nothing references the thread once it has ended.
    patch_of("localstack.services.lambda_.invocation.version_manager:start_thread").apply(
        start_worker_thread
    )
    return Service.for_provider(LambdaProvider())
