"""LocalStack's Lambda with two of its loops replaced: of asynchronous events, and of logs.

Selected with `PROVIDER_OVERRIDE_LAMBDA=wavetank`.
"""

from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.plugins import Service, aws_provider
from localstack.utils.patch import patch

from wavetank.clock import WallClock
from wavetank.emulator.executor.async_events import poll
from wavetank.emulator.executor.function_logs import write_logs


@aws_provider(api="lambda", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_lambda() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    clock = WallClock()

    @patch(Poller.run)  # type: ignore[untyped-decorator]  # as above
    def run(_: object, self: Poller, *__: object, **___: object) -> None:
        poll(self)

    @patch(LogHandler.run_log_loop)  # type: ignore[untyped-decorator]  # as above
    def run_log_loop(_: object, self: LogHandler, *__: object, **___: object) -> None:
        write_logs(self, clock)

    return Service.for_provider(LambdaProvider())
