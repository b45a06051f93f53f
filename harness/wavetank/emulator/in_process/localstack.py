"""Starts LocalStack in this process and answers requests by its gateway.

One in each process, for good: LocalStack's state is global, and so is what it read from its
environment when it was imported.
[LocalStack 4.14: runtime/runtime.py, of which only the server and the wait for it are left out]
"""

from typing import Any

from localstack import config
from localstack.aws.api import RequestContext
from localstack.runtime import current
from localstack.services.sqs.models import SqsMessage

from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.emulator.in_process.gateway import lighten
from wavetank.emulator.in_process.headers import quicken_headers
from wavetank.emulator.in_process.messages import (
    as_werkzeug,
    blank_response,
    quicken_responses,
)
from wavetank.emulator.in_process.protocols import quicken_protocols


class InProcessLocalStack:
    """LocalStack with its init hooks run and its services loaded when they are first called."""

    def __init__(self) -> None:
        _still_queues()
        runtime = current.initialize_runtime()
        runtime._init_filesystem()  # noqa: SLF001 - the two steps of `run` before it serves
        runtime._on_starting()  # noqa: SLF001 - as above
        self._gateway: Any = runtime.components.gateway
        lighten(self._gateway)
        quicken_protocols()
        quicken_headers()
        quicken_responses()
        self._services: dict[str, Any] = {}
        runtime.ready.set()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """What LocalStack answers to the request; several threads may ask."""
        response = blank_response()
        context = RequestContext(as_werkzeug(request))
        target = request.headers.get("X-Amz-Target", "").partition(".")[0]
        context.service = self._services.get(target)
        self._gateway.handle(context, response)
        if target and context.service is not None:
            self._services[target] = context.service
        return HttpResponse(response.status_code, dict(response.headers), response.get_data())


def _still_queues() -> None:
    """Queues that do nothing by themselves, and know that no time has passed.

    SQS would report each message to CloudWatch from a thread of its own, and CloudWatch, once
    loaded, has one that keeps the process from ending. A message without a delay would be held back
    until time goes on, as LocalStack asks whether it is later than now.
    [LocalStack 4.14: services/sqs/models.py, SqsMessage.is_delayed]
    """
    config.SQS_DISABLE_CLOUDWATCH_METRICS = True
    message: Any = SqsMessage
    stock = message.is_delayed.fget
    message.is_delayed = property(lambda held: bool(held.delay_seconds) and stock(held))
