"""LocalStack's Lambda with AWS's limits, and two loops replaced: asynchronous events, and logs.

It refuses what AWS refuses (`request_checks`), and a function whose runtime cannot run here
(`runtimes`). Code is unpacked by `packages`, whichever executor runs it.

Threads that have recorded metrics are dropped: LocalStack keeps each of them until it stops, about
15 KB for each invocation. [LocalStack 4.14: utils/threads.py] What else would grow with the number
of invocations is limited in `function_logs`, `emulator.metrics_database` and `emulator.gc_control`.

Selected with `PROVIDER_OVERRIDE_LAMBDA=wavetank`.
"""

import base64
import io
import json
from collections.abc import Mapping
from typing import Any

from localstack import config
from localstack.aws.api import RequestContext
from localstack.aws.api.lambda_ import (
    FunctionConfiguration,
    InvalidParameterValueException,
    InvalidRequestContentException,
    InvocationResponse,
    LogType,
    TooManyRequestsException,
)
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.services.lambda_.invocation.lambda_models import RequestEntityTooLargeException
from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.lambda_.runtimes import ALL_RUNTIMES
from localstack.services.plugins import Service, aws_provider
from localstack.utils.threads import start_worker_thread

from wavetank.core.clock import WallClock
from wavetank.emulator.lambda_.async_events import poll
from wavetank.emulator.lambda_.discarded_events import (
    process_dead_letter_queue,
    send_to_failure_destination,
)
from wavetank.emulator.lambda_.event_sources import run_no_pollers
from wavetank.emulator.lambda_.function_logs import write_logs
from wavetank.emulator.lambda_.function_urls import correct_function_urls
from wavetank.emulator.lambda_.mapping_checks import (
    permission_refusal,
    record_age_refusal,
    stream_permission_refusal,
    timeout_refusal,
    window_refusal,
)
from wavetank.emulator.lambda_.packages import use_safe_unpacking
from wavetank.emulator.lambda_.queue_poller import correct_queue_events
from wavetank.emulator.lambda_.request_checks import (
    content_refusal,
    payload_refusal,
    variables_refusal,
)
from wavetank.emulator.lambda_.runtimes import node_for, runtime_refusal
from wavetank.emulator.lambda_.stream_poller import correct_stream_events
from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.settings import AccessChoice, TimeChoice, read_emulator_settings
from wavetank.emulator.shard_views import is_stream
from wavetank.emulator.target_delivery.function_invoker import (
    FUNCTIONS,
    EventOrigin,
    FunctionAnswer,
    OfferedEvent,
)

OK, ACCEPTED = 200, 202
LOG_BYTES = 4096
"""How much of a log's end is in a response. [Lambda API reference, Invoke]"""
UNHANDLED = "Unhandled"
WAITING = frozenset({None, "RequestResponse"})
"""The invocation types whose caller waits for the function's answer."""
EXECUTOR = "wavetank"
"""The name of `plugin.ProcessExecutorPlugin`."""


class WavetankLambda(LambdaProvider):
    """LocalStack's Lambda provider with AWS's limits and request checks."""

    def create_function(  # type: ignore[override]  # its request is not expanded, as in LocalStack
        self, context: RequestContext, request: Any
    ) -> FunctionConfiguration:
        _check_variables(request)
        _check_runtime(request)
        made: FunctionConfiguration = super().create_function(context, request)
        return made

    def update_function_configuration(  # type: ignore[override]  # as above
        self, context: RequestContext, request: Any
    ) -> FunctionConfiguration:
        _check_variables(request)
        if "Runtime" in request:
            _check_runtime(request)
        made: FunctionConfiguration = super().update_function_configuration(context, request)
        return made

    def _resolve_vpc_id(self, account_id: str, region_name: str, subnet_id: str) -> str:
        """The network of the subnet.

        A template may take a subnet of a real account as a parameter: it is not in the sandbox,
        where functions are in no network, and so its network gets a name.
        """
        try:
            found: str = super()._resolve_vpc_id(account_id, region_name, subnet_id)
        except InvalidParameterValueException:
            return f"vpc-{subnet_id.removeprefix('subnet-')}"
        return found

    def invoke(  # type: ignore[override]  # the rest is LocalStack's, by keyword
        self, context: RequestContext, payload: Any = None, **rest: Any
    ) -> InvocationResponse:
        content = payload.read() if payload else b""
        is_event = rest.get("invocation_type") == "Event"
        refusal = payload_refusal(len(content), is_asynchronous=is_event)
        if refusal is not None:
            raise RequestEntityTooLargeException(refusal)
        if (unreadable := content_refusal(content)) is not None:
            raise InvalidRequestContentException(unreadable, Type="User")
        if is_event and FUNCTIONS.queue is not None:
            return self._queue(context, content, rest)
        if rest.get("invocation_type") in WAITING and FUNCTIONS.call is not None:
            answered = FUNCTIONS.call(lambda: self._offered(context, content, rest))
            if answered is not None:
                return _response(answered, with_log=rest.get("log_type") == LogType.Tail)
        stock: Any = super()
        given = io.BytesIO(content) if payload else None
        answer: InvocationResponse = stock.invoke(context=context, payload=given, **rest)
        return answer

    def _queue(
        self, context: RequestContext, content: bytes, rest: Mapping[str, Any]
    ) -> InvocationResponse:
        """Queue the event in virtual time; a function that does not exist is refused."""
        assert FUNCTIONS.queue is not None  # the caller has asked
        FUNCTIONS.queue(self._offered(context, content, rest))
        return InvocationResponse(StatusCode=ACCEPTED, Payload=b"")

    def _offered(
        self, context: RequestContext, content: bytes, rest: Mapping[str, Any]
    ) -> OfferedEvent:
        """The event for the function, which must exist."""
        stock: Any = super()
        stock.invoke(context=context, **{**rest, "invocation_type": "DryRun"})
        name, qualifier = api_utils.get_name_and_qualifier(
            rest["function_name"], rest.get("qualifier"), context
        )
        account, region = api_utils.get_account_and_region(rest["function_name"], context)
        arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
        return OfferedEvent(
            f"{arn}:{qualifier}" if qualifier else arn,
            json.loads(content or b"{}"),
            EventOrigin(arn="", ids=(IDS.new(),)),
        )

    def validate_event_source_mapping(self, context: RequestContext, request: Any) -> Any:
        """Called by LocalStack when a mapping is created or updated."""
        window = request.get("MaximumBatchingWindowInSeconds") or 0
        _refuse_mapping(window_refusal(request.get("EventSourceArn") or "", window))
        _refuse_mapping(record_age_refusal(request.get("MaximumRecordAgeInSeconds", -1)))
        return super().validate_event_source_mapping(context, request)

    def check_service_resource_exists(
        self, service: str, resource_arn: str, function_arn: str, function_role_arn: str
    ) -> None:
        """Called by LocalStack to validate an event source mapping."""
        is_queue = service.startswith("sqs")
        if read_emulator_settings().access is AccessChoice.ENFORCE:
            if is_queue:
                _refuse_mapping(permission_refusal(resource_arn, function_role_arn))
            elif is_stream(resource_arn):
                _refuse_mapping(stream_permission_refusal(resource_arn, function_role_arn))
        super().check_service_resource_exists(
            service, resource_arn, function_arn, function_role_arn
        )
        if is_queue:
            _refuse_mapping(timeout_refusal(resource_arn, function_arn))


def _response(answer: FunctionAnswer, *, with_log: bool) -> InvocationResponse:
    """The response to a synchronous invocation.

    Raises:
        TooManyRequestsException: the function's concurrency is used up.
    """
    if answer.is_throttled:
        raise TooManyRequestsException(
            "Rate Exceeded.", Reason="ReservedFunctionConcurrentInvocationLimitExceeded"
        )
    made = InvocationResponse(StatusCode=OK, Payload=answer.payload, ExecutedVersion=answer.version)
    if answer.is_error:
        made["FunctionError"] = UNHANDLED
    if with_log:
        made["LogResult"] = base64.b64encode(answer.log.encode()[-LOG_BYTES:]).decode()
    return made


def _refuse_mapping(refusal: str | None) -> None:
    if refusal is not None:
        raise InvalidParameterValueException(refusal, Type="User")


def _check_variables(request: Mapping[str, Any]) -> None:
    variables = (request.get("Environment") or {}).get("Variables") or {}
    if (refusal := variables_refusal(variables)) is not None:
        raise InvalidParameterValueException(refusal, Type="User")


def _check_runtime(request: Mapping[str, Any]) -> None:
    """Refuse what cannot run here; a runtime that AWS does not have is refused by LocalStack.

    LocalStack's executor for AWS's images runs all of them.
    """
    is_image, runtime = request.get("PackageType") == "Image", request.get("Runtime")
    is_unknown = not is_image and runtime not in ALL_RUNTIMES
    if is_unknown or config.LAMBDA_RUNTIME_EXECUTOR != EXECUTOR:
        return
    in_process = read_emulator_settings().time is TimeChoice.VIRTUAL
    runtime = None if is_image else str(runtime)
    if (refusal := runtime_refusal(runtime, node_for(runtime), in_process=in_process)) is not None:
        raise InvalidParameterValueException(f"[wavetank: {refusal}]", Type="User")


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
    destination = patch_of(
        "localstack.services.lambda_.invocation.event_manager:Poller.process_failure_destination"
    )
    stock_destination = destination.original()

    def process_failure_destination(self: Poller, *arguments: Any) -> None:
        send_to_failure_destination(stock_destination, self, *arguments)

    destination.apply(process_failure_destination)
    patch_of(
        "localstack.services.lambda_.invocation.event_manager:Poller.process_dead_letter_queue"
    ).apply(process_dead_letter_queue)
    patch_of("localstack.services.lambda_.invocation.logs:LogHandler.run_log_loop").apply(
        run_log_loop
    )
    # Like LocalStack's, but nothing references the thread once it has ended.
    patch_of("localstack.services.lambda_.invocation.version_manager:start_thread").apply(
        start_worker_thread
    )
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        run_no_pollers()
    correct_function_urls()
    correct_queue_events()
    correct_stream_events()
    return Service.for_provider(WavetankLambda())
