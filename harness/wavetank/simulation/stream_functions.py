"""Invokes the functions that transform the records of delivery streams, in virtual time.

A function may sleep or call AWS, and so takes virtual time: its answer comes later, while other
actions run. A stream's role needs the permission, which Lambda's API checks.
[Amazon Data Firehose developer guide: data-transformation; Lambda API reference: Invoke, DryRun]
"""

import json
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients, ClientError, role_clients, without_retries
from wavetank.history import Trigger
from wavetank.simulation.async_invoker import AsyncInvoker

if TYPE_CHECKING:
    from wavetank.emulator.firehose.functions import Invocation, InvocationAnswer, OnAnswer
    from wavetank.emulator.lambda_.outcome import InvocationOutcome

UNQUALIFIED_PARTS = 7
"""The parts of a function's ARN without a version or an alias."""


class StreamFunctions:
    """Starts the invocations; `on_answer` of each is called when its function has ended."""

    def __init__(self, aws: AwsClients, invocations: AsyncInvoker) -> None:
        self._aws = aws
        self._invocations = invocations
        self._clients: dict[str, AwsClients] = {}

    def __call__(self, invocation: "Invocation", on_answer: "OnAnswer") -> None:
        """Invoke the function, or answer at once that the role may not."""
        from wavetank.emulator.firehose.functions import (  # noqa: PLC0415 - imports LocalStack
            InvocationAnswer,
            invocation_error,
        )

        try:
            clients = self._role_clients(invocation.role_arn)
            clients.awslambda.invoke(FunctionName=invocation.function, InvocationType="DryRun")
        except ClientError as error:
            on_answer(InvocationAnswer(error=invocation_error(error)))
            return
        self._invocations.queue(
            ":".join(invocation.function.split(":")[:UNQUALIFIED_PARTS]),
            json.loads(invocation.event),
            Trigger.DELIVERY_STREAM,
            synchronous=True,
            on_end=lambda outcome: on_answer(_answer(outcome)),
        )

    def _role_clients(self, role_arn: str) -> AwsClients:
        if role_arn not in self._clients:
            self._clients[role_arn] = without_retries(role_clients(self._aws, role_arn))
        return self._clients[role_arn]


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
