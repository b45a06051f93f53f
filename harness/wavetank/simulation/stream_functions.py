"""Invokes the functions that transform the records of delivery streams, in virtual time.

A function may sleep or call AWS, and so takes virtual time: its answer comes later, while other
actions run. A stream's role needs the permission, which Lambda's API checks.
[Amazon Data Firehose developer guide: data-transformation; Lambda API reference: Invoke, DryRun]
"""

import json
from typing import TYPE_CHECKING

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.clock import WallClock
from wavetank.history import Trigger
from wavetank.simulation.async_invoker import AsyncInvoker

if TYPE_CHECKING:
    from wavetank.emulator.firehose.functions import Invocation, InvocationAnswer, OnAnswer
    from wavetank.emulator.firehose.role_sessions import RoleSessions
    from wavetank.emulator.lambda_.outcome import InvocationOutcome


class StreamFunctions:
    """Invokes transforming functions in virtual time; `on_answer` gets each response."""

    def __init__(self, invocations: AsyncInvoker) -> None:
        self._invocations = invocations
        self._sessions: RoleSessions | None = None

    def __call__(self, invocation: "Invocation", on_answer: "OnAnswer") -> None:
        """Invoke the function, or answer at once that the role may not."""
        from wavetank.emulator.firehose.functions import (  # noqa: PLC0415 - imports LocalStack
            InvocationAnswer,
            invocation_error,
        )

        try:
            self._require_permission(invocation)
        except (BotoCoreError, ClientError) as error:
            on_answer(InvocationAnswer(error=invocation_error(error)))
            return
        self._invocations.queue(
            invocation.function,
            json.loads(invocation.event),
            Trigger.DELIVERY_STREAM,
            on_end=lambda outcome: on_answer(_answer(outcome)),
        )

    def _require_permission(self, invocation: "Invocation") -> None:
        """Ask Lambda's API, with the role as Firehose assumes it, whether it may be invoked.

        Raises:
            ClientError: the role does not trust Firehose, or lacks the permission; the function or
                its version does not exist.
        """
        from wavetank.emulator.firehose.role_sessions import RoleSessions  # noqa: PLC0415 - imports LocalStack

        if self._sessions is None:
            # of this run, so that no result depends on an earlier one; its time is the frozen one
            self._sessions = RoleSessions(WallClock())
        try:
            clients = self._sessions.clients(invocation.role_arn, invocation.stream.region)
            clients.lambda_.invoke(FunctionName=invocation.function, InvocationType="DryRun")
        except ClientError:
            self._sessions.forget(invocation.role_arn)  # the role may have been created anew
            raise


def _answer(outcome: "InvocationOutcome | None") -> "InvocationAnswer":
    """What Lambda's API would return; an outcome of None was throttled."""
    from wavetank.emulator.firehose.functions import (  # noqa: PLC0415 - imports LocalStack
        CODES,
        FUNCTION_ERROR,
        InvocationAnswer,
    )

    if outcome is None:
        return InvocationAnswer(error=CODES["TooManyRequestsException"])
    if outcome.is_error:
        return InvocationAnswer(error=FUNCTION_ERROR)
    return InvocationAnswer(payload=outcome.payload)
