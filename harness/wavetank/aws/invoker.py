"""Invokes the streaming function like its schedule: with the same event."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.clock import rfc3339
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.naming import Names
from wavetank.core.schedule import scheduled_event

if TYPE_CHECKING:
    from mypy_boto3_lambda.literals import InvocationTypeType
    from mypy_boto3_lambda.type_defs import InvocationResponseTypeDef

ERROR_KEYS = ("errorType", "errorMessage")


def invoke_function(aws: AwsClients, function: str, event: str) -> object:
    """Invoke a function synchronously with an event in JSON, and return its decoded result.

    Raises:
        UsageError: there is no such function, or the event is not JSON.
        InfrastructureError: the function failed.
    """
    try:
        json.loads(event)
    except ValueError as error:
        raise UsageError("an event in JSON", event, "correct --event") from error
    try:
        answer = aws.awslambda.invoke(FunctionName=function, Payload=event)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        problem = f'no function "{function}"'
        action = "give the name of a deployed function"
        raise UsageError("a deployed function", function, action, sentence=problem) from error
    payload: object = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        action = f"see ./wavetank logs --function {function}"
        raise InfrastructureError(f"{function} to succeed", json.dumps(payload), action)
    return payload


@dataclass(frozen=True)
class StreamingInvoker:
    """Invokes the streaming function of one pipeline with the event of its schedule."""

    aws: AwsClients
    names: Names

    def fire(self, instant: datetime) -> str:
        """Invoke asynchronously, like EventBridge: failures are retried, then alerted.

        Returns the request's id, which the function's log and an alert contain.
        """
        return self._invoke("Event", instant)["ResponseMetadata"]["RequestId"]

    def call(self, instant: datetime) -> str:
        """Invoke synchronously, whatever the result; returns the request's id, like `fire`."""
        answer = self._invoke("RequestResponse", instant)
        answer["Payload"].read()
        return answer["ResponseMetadata"]["RequestId"]

    def fire_and_wait(self, instant: datetime) -> dict[str, object]:
        """Invoke synchronously and return the function's response, without retries.

        A custom function may respond with anything: if it is not a JSON object the result is empty.

        Raises:
            InfrastructureError: the function failed.
        """
        answer = self._invoke("RequestResponse", instant)
        payload = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise InfrastructureError(
                f"the tick of {rfc3339(instant)} to be made",
                ": ".join(str(payload[key]) for key in ERROR_KEYS if payload.get(key))
                or "an error",
                f"look at the log group /aws/lambda/{self.names.streaming_function}",
            )
        return dict(payload) if isinstance(payload, dict) else {}

    def _invoke(self, kind: "InvocationTypeType", instant: datetime) -> "InvocationResponseTypeDef":
        rule = self.aws.events.describe_rule(Name=self.names.rule)["Arn"]
        return self.aws.awslambda.invoke(
            FunctionName=self.names.streaming_function,
            InvocationType=kind,
            Payload=json.dumps(scheduled_event(rule, instant)),
        )
