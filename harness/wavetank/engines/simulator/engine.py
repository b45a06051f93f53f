"""The simulator's interface: a deployed pipeline in LocalStack, in this process, in virtual time.

`wavetank.engines.simulator.startup` starts it. From `frozen_at` on, all of Python's time,
LocalStack's and the handlers', is set by `move_to`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import freezegun

from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.http_call import HttpAnswer, answer_of
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.emulator.http_entries.http_api import HttpApi
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS
from wavetank.emulator.lambda_.variables import WRAPPER
from wavetank.engines.simulator import gc_control as collector
from wavetank.engines.simulator import variables
from wavetank.engines.simulator.data_streams import DataStreams
from wavetank.engines.simulator.due_deliveries import DueDeliveries
from wavetank.engines.simulator.environment import (
    ExecutionEnvironment,
    HandlerCaller,
    is_a_handlers_thread,
    outside_the_handler,
    take_output,
)
from wavetank.engines.simulator.function_log import FunctionLog, redirected_streams
from wavetank.engines.simulator.hooks import HandlerInterceptor, SimulatorHooks
from wavetank.engines.simulator.message_queues import MessageQueues
from wavetank.engines.simulator.web_requests import answered_web

if TYPE_CHECKING:
    from wavetank.emulator.in_process.baseline import Baseline
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.in_process.localstack import InProcessLocalStack
    from wavetank.emulator.lambda_.invocation_log import InvocationOutput, ReportLine
    from wavetank.emulator.lambda_.outcome import ExitStatus
    from wavetank.emulator.scheduler.access import DeployedSchedule
    from wavetank.engines.simulator.handler_threads import ResumableThread

PORT = 4566
ENDPOINT = f"http://simulator.invalid:{PORT}"
"""A reserved name, which no network resolves."""


class Simulator:
    """LocalStack in this process, with a deployed pipeline and a controllable clock."""

    def __init__(self, localstack: "InProcessLocalStack") -> None:
        self._localstack = localstack
        self._environ = variables.install()
        self._baseline: Baseline | None = None
        self._frozen: Any = None
        self._interceptor: HandlerInterceptor | None = None
        self._deliveries = DueDeliveries()
        self.queues = MessageQueues()
        self.streams = DataStreams()
        self.aws: AwsClients = sandbox_clients(ENDPOINT)
        self.function_log = FunctionLog()
        self.caller: HandlerCaller | None = None
        """What calls handlers, in environments that are made from then on; None for themselves."""
        self._captures = ExitStack()

    def handle_request(self, request: HttpRequest) -> HttpResponse | None:
        """LocalStack's response; None if the request is for another host.

        Raises:
            InfrastructureError: a handler calls another host: a simulator has no network.
        """
        of_handler = is_a_handlers_thread()
        if request.url.startswith(ENDPOINT):
            with outside_the_handler():
                answer = self._localstack.answer(request)
                if of_handler and self._interceptor is not None:
                    self._interceptor.answered(request.timeout_seconds)
                return answer
        if of_handler:
            raise InfrastructureError(
                f"a call to {ENDPOINT}", request.url, "leave the endpoint to the environment"
            )
        return None

    def take_baseline(self) -> None:
        """Store the current state for `reset`."""
        from wavetank.emulator.in_process.baseline import Baseline  # noqa: PLC0415 - imports LocalStack

        self._baseline = Baseline(SANDBOX_ACCOUNT, REGION)
        collector.resume()

    def reset(self) -> None:
        """Restore the baseline; every function is cold again."""
        from wavetank.emulator.in_process.functions import destroy_replaced  # noqa: PLC0415 - as above

        assert self._baseline is not None  # `take_baseline` comes after the deployment
        destroy_replaced()
        self._baseline.restore()

    @contextmanager
    def frozen_at(self, instant: datetime) -> Iterator[None]:
        """Freeze time while the body runs; only `move_to` changes it."""
        with freezegun.freeze_time(instant) as frozen:
            self._frozen = frozen
            try:
                yield
            finally:
                self._frozen = None

    def move_to(self, instant: datetime) -> None:
        """Set the time."""
        self._frozen.move_to(instant)

    def function(self, arn: str) -> "DeployedFunction":
        """The function that is deployed under the ARN now.

        Raises:
            LookupError: none is.
        """
        from wavetank.emulator.in_process.functions import deployed_function  # noqa: PLC0415 - as above

        return deployed_function(arn)

    def rule_may_invoke(self, rule_arn: str, function_arn: str) -> bool:
        """Whether the function's policy allows EventBridge to invoke it for the rule."""
        from wavetank.emulator.in_process.functions import rule_may_invoke  # noqa: PLC0415 - as above

        return rule_may_invoke(rule_arn, function_arn)

    def service_may_invoke(self, service: str, source_arn: str, function_arn: str) -> bool:
        """Whether the function's policy allows the service to invoke it for that source."""
        from wavetank.emulator.in_process.functions import service_may_invoke  # noqa: PLC0415 - as above

        return service_may_invoke(service, source_arn, function_arn)

    def put_service_event(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Put an event as a service of AWS does, which alone has a source that begins with `aws.`.

        Returns the result of the entry, as PutEvents does.
        """
        from wavetank.emulator.services import clients  # noqa: PLC0415 - as above

        (result,) = clients().events.put_events(Entries=[entry])["Entries"]
        return dict(result)

    def http_apis(self) -> list[HttpApi]:
        """The HTTP APIs that are deployed in the account and the region of the simulator."""
        own = (SANDBOX_ACCOUNT, REGION)
        return [api for api in HTTP_APIS.apis() if (api.account, api.region) == own]

    def url_is_public(self, function_arn: str) -> bool:
        """Whether the function's policy allows anyone to call its URL."""
        from wavetank.emulator.in_process.functions import url_is_public  # noqa: PLC0415 - as above

        return url_is_public(function_arn)

    @contextmanager
    def with_hooks(self, hooks: SimulatorHooks) -> Iterator[None]:
        """Call the hooks for calls, records, e-mail and sleep while the body runs."""
        from wavetank.emulator import services  # noqa: PLC0415 - as above
        from wavetank.emulator.logs.stored_events import new_groups_noted  # noqa: PLC0415 - as above
        from wavetank.emulator.request_interceptor import InterceptionHandlers  # noqa: PLC0415 - as above
        from wavetank.emulator.service_ids import IDS  # noqa: PLC0415 - as above
        from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS  # noqa: PLC0415 - as above

        handlers = InterceptionHandlers(hooks.interceptor, hooks.interceptor)
        streams = services.delivery_streams()
        context, confirmations = services.deliverer().context, services.confirmations()
        stock = context.new_id, context.invoke, streams.refuses
        handlers.install()
        context.observer, confirmations.on_sent = hooks.deliveries, hooks.sent
        context.new_id, context.invoke = hooks.new_id, hooks.invoke_processor
        streams.refuses = hooks.interceptor.refuses
        FUNCTIONS.queue, FUNCTIONS.call = hooks.queue, hooks.call
        IDS.source = hooks.service_id
        for deliveries in services.waiting_deliveries():
            deliveries.on_given_up = hooks.given_up
            deliveries.with_current_cause = hooks.with_current_cause
        self._interceptor = hooks.interceptor
        try:
            with (
                self.queues.hooked(hooks),
                self.streams.observed(hooks.on_record),
                new_groups_noted(SANDBOX_ACCOUNT, REGION),
                # in each run, as pytest-socket undoes what it finds replaced after each test
                answered_web(self._web_answer),
            ):
                yield
        finally:
            handlers.remove()
            FUNCTIONS.queue = FUNCTIONS.call = IDS.source = None
            for deliveries in services.waiting_deliveries():
                deliveries.on_given_up = deliveries.with_current_cause = None
            context.observer = confirmations.on_sent = self._interceptor = None
            context.new_id, context.invoke, streams.refuses = stock

    def sleep(self, seconds: float) -> bool:
        """Let a sleeping handler sleep in virtual time; returns False outside of handlers."""
        if self._interceptor is None or not is_a_handlers_thread():
            return False
        interceptor = self._interceptor
        with outside_the_handler():
            interceptor.slept(seconds)
        return True

    def wait_until(self, is_ready: Callable[[], bool], seconds: float | None) -> bool:
        """Let a handler's thread wait in virtual time; returns whether it is ready."""
        assert self._interceptor is not None  # handlers only run in a run
        with outside_the_handler():
            return self._interceptor.wait_until(is_ready, seconds)

    def start_thread(self, name: str, body: Callable[[], None]) -> "ResumableThread":
        """Schedule a thread that a handler starts."""
        assert self._interceptor is not None  # as above
        return self._interceptor.start_thread(name, body)

    def environment(self, function: "DeployedFunction", name: str) -> ExecutionEnvironment:
        """A new, cold execution environment of the function, with the log stream of that name.

        Raises:
            UsageError: the function is started by a wrapper script, which needs a process.
        """
        if WRAPPER in function.own_variables:
            raise UsageError(
                "a function that its runtime starts",
                f"{function.name}, which {WRAPPER} starts",
                "run it on --engine embedded, where functions are processes",
            )
        return ExecutionEnvironment(
            function.code,
            function.handler,
            self._variables(function, name),
            self._environ,
            self.function_log,
            function.layers,
            self.caller,
        )

    def log_attempt(
        self,
        function: "DeployedFunction",
        environment: ExecutionEnvironment,
        report: "ReportLine",
        output: "InvocationOutput",
    ) -> None:
        """Bring the log of an attempt that ends now into the function's log group."""
        from wavetank.emulator.in_process.function_output import (  # noqa: PLC0415 - as above
            FUNCTION_OUTPUT,
            AttemptLog,
        )

        FUNCTION_OUTPUT.add(
            AttemptLog(
                function=function,
                stream=environment.log_stream,
                ended=WallClock().now(),
                report=report,
                output=output,
            )
        )

    def exited(self, status: "ExitStatus") -> NoReturn:
        """End the handler of this thread, as a function ends with its process."""
        if self._interceptor is not None:
            with outside_the_handler():
                self._interceptor.exited(status)
        raise SystemExit(status.describe())

    def stopped(self) -> None:
        """Make the handler of this thread wait until its function times out."""
        if self._interceptor is not None:
            with outside_the_handler():
                self._interceptor.stopped()

    @contextmanager
    def captures_output(self) -> Iterator[None]:
        """Write what handlers print, in any way, to their log and not to standard output.

        For a process that writes to standard output itself; pytest and a campaign's workers capture
        what handlers print themselves.
        """
        with self._captures as captures:
            captures.enter_context(self.function_log.capturing_descriptors())
            captures.enter_context(redirected_streams(take_output))
            yield

    def release_output(self) -> None:
        """Let handlers print where the process does, from now on."""
        self._captures.close()

    def packaged_code(self, arn: str) -> bytes:
        """The zip that is deployed under the ARN."""
        from wavetank.emulator.in_process.functions import packaged_code  # noqa: PLC0415 - as above

        return packaged_code(arn)

    def replace_code(self, arn: str, archive: bytes) -> Callable[[], None]:
        """Deploy the zip as the function's code; returns a function that restores the former."""
        from wavetank.emulator.in_process.functions import replace_code  # noqa: PLC0415 - as above

        return replace_code(arn, archive)

    def may_publish(self, function: "DeployedFunction", topic: str) -> bool:
        """Whether policies let the function publish to the topic."""
        from wavetank.emulator.iam_enforcement.access_matrix import may_publish  # noqa: PLC0415 - as above

        return may_publish(function.role.rpartition("/")[2], topic)

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> None:
        """Mark the address as confirmed or not."""
        from wavetank.emulator.sns.confirmation import set_confirmed  # noqa: PLC0415 - as above

        set_confirmed(subscription, confirmed=confirmed)

    def deliver_due(self) -> None:
        """Deliver what is due now: in Firehose, and retries of events for targets."""
        self._deliveries.run_due()

    def next_delivery(self) -> datetime | None:
        """When Firehose delivers, or an event is retried, next; None if nothing is waiting."""
        return self._deliveries.next_due()

    def fire_target(self, rule_arn: str, target_id: str, event: dict[str, object]) -> None:
        """Deliver the event to one target of the rule, with retries and its dead-letter queue."""
        from wavetank.emulator.services import rules  # noqa: PLC0415 - as above

        rules().fire_rule(rule_arn, target_id, event)

    def schedules(self) -> "list[DeployedSchedule]":
        """The enabled schedules of EventBridge Scheduler."""
        from wavetank.emulator.scheduler.access import enabled_schedules  # noqa: PLC0415 - as above

        return enabled_schedules()

    def invoke_schedule(
        self, arn: str, scheduled: datetime, execution: str, *, is_last: bool
    ) -> None:
        """Invoke the target of the schedule, which is deleted afterwards if it says so."""
        from wavetank.emulator.scheduler.access import invoke_schedule  # noqa: PLC0415 - as above

        invoke_schedule(arn, scheduled, execution, is_last=is_last)

    def _web_answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request that a handler sends without the SDK.

        A presigned URL leads to LocalStack, and all others to the answers of the test.
        """
        with outside_the_handler():
            if request.url.startswith(ENDPOINT):
                found = self._localstack.answer(request)
                return answer_of(found.status, found.headers.items(), found.body)
            assert self._interceptor is not None  # it is called in runs only
            return self._interceptor.web_answer(request)

    def _variables(self, function: "DeployedFunction", name: str) -> dict[str, str]:
        from wavetank.emulator.in_process.functions import function_environment  # noqa: PLC0415 - as above

        return function_environment(function, name, ENDPOINT)
