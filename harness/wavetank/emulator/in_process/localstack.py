"""Starts LocalStack in this process and answers requests by its gateway.

Only one in each process, and permanently: LocalStack's state is global, including what it read from
the environment when it was imported.
[LocalStack 4.14: runtime/runtime.py, of which only the server and the wait for it are left out]
"""

from typing import Any

from localstack.aws.api import RequestContext
from localstack.runtime import current
from moto.iam.models import iam_backends

from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.patching import require_patches
from wavetank.emulator.answered_calls import answerable_service
from wavetank.emulator.in_process.gateway import remove_idle_handlers
from wavetank.emulator.in_process.messages import as_werkzeug, blank_response, replace_headers
from wavetank.emulator.in_process.protocols import replace_parsers
from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.sqs.passive_queues import make_queues_passive


class InProcessLocalStack:
    """LocalStack in this process, after its init hooks; services load on their first call."""

    def __init__(self) -> None:
        IDS.restart()
        make_queues_passive()
        _make_alarms_passive()
        runtime = current.initialize_runtime()
        runtime._init_filesystem()  # noqa: SLF001 - the two steps of `run` before it serves
        runtime._on_starting()  # noqa: SLF001 - as above
        # accounts that were used before lack AWS's managed policies, which only LocalStack loads
        iam_backends.reset()
        self._gateway: Any = runtime.components.gateway
        remove_idle_handlers(self._gateway)
        replace_parsers()
        replace_headers()
        self._services: dict[str, Any] = {}
        runtime.ready.set()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """LocalStack's response to the request; thread-safe."""
        response = blank_response()
        context = RequestContext(as_werkzeug(request))
        target = request.headers.get("X-Amz-Target", "").partition(".")[0]
        context.service = self._services.get(target) or answerable_service(request.service)
        self._gateway.handle(context, response)
        require_patches()  # the request may have loaded a service that applies patches
        if target and context.service is not None:
            self._services[target] = context.service
        return HttpResponse(response.status_code, dict(response.headers), response.get_data())


def _make_alarms_passive() -> None:
    """Prevent alarms from being evaluated: LocalStack does so in a thread, by the wall clock.

    In the simulator functions record no metrics, so an alarm that exists has no effect.
    [LocalStack 4.14: services/cloudwatch/alarm_scheduler.py]
    """
    patch_of("localstack.services.cloudwatch.alarm_scheduler:AlarmScheduler.start").apply(
        lambda _: None
    )
    patch_of(
        "localstack.services.cloudwatch.alarm_scheduler:AlarmScheduler.schedule_metric_alarm"
    ).apply(lambda _, alarm_arn: None)  # noqa: ARG005 - LocalStack's name
