"""Where Lambda sends records of invocations: to a function, topic, queue, event bus or bucket.

And where it sends a discarded event itself: a dead-letter queue or topic.
[Lambda developer guide: invocation-async-retain-records]
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wavetank.aws.clients import AwsClients, ClientError, error_code, role_clients, without_retries
from wavetank.core.resource_name import service_of
from wavetank.emulator.lambda_.dead_letters import Attributes, DeadLetter, record_without_response
from wavetank.history.events import OK
from wavetank.simulation.topology import is_function

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.simulation.attempts import InvocationRequest

RESULT = "Lambda Function Invocation Result"
"""The beginning of the detail type of a record on an event bus."""
SUCCESS = "Success"
"""The `condition` in the record of an invocation that succeeded."""


class Destinations:
    """Sends records of invocations to destinations, with the role's permissions, once."""

    def __init__(self, aws: AwsClients) -> None:
        self._aws = aws
        self._clients: dict[str, AwsClients] = {}
        self.is_sending = False

    def send(self, role: str, destination: str, record: object) -> str:
        """Send the record; returns OK or the error code.

        For a function this only checks the permission: the caller then queues the invocation.
        """
        return self._sent(role, destination, json.dumps(record), {})

    def send_dead_letter(self, role: str, target: str, letter: DeadLetter) -> str:
        """Send the discarded event to a queue or topic; returns OK or the error code."""
        return self._sent(role, target, letter.text, letter.attributes)

    def _sent(self, role: str, destination: str, text: str, attributes: Attributes) -> str:
        return self._attempted(
            lambda: self._send(self._role_clients(role), destination, text, attributes)
        )

    def _attempted(self, send: Callable[[], object]) -> str:
        self.is_sending = True
        try:
            send()
        except ClientError as error:
            return error_code(error)
        finally:
            self.is_sending = False
        return OK

    def send_object(self, role: str, bucket: str, key: str, record: object) -> str:
        """Write the record into the bucket of that ARN; returns OK or the error code."""
        return self._attempted(
            lambda: self._role_clients(role).s3.put_object(
                Bucket=bucket.rpartition(":")[2], Key=key, Body=json.dumps(record)
            )
        )

    def is_queued(self, destination: str, outcome: str) -> bool:
        """Whether the record becomes an invocation, which the caller has to queue."""
        return outcome == OK and is_function(destination)

    def _send(
        self, clients: AwsClients, destination: str, text: str, attributes: Attributes
    ) -> None:
        with_attributes: Any = {"MessageAttributes": attributes} if attributes else {}
        match service_of(destination):
            case "lambda":
                clients.awslambda.invoke(FunctionName=destination, InvocationType="DryRun")
            case "sns":
                clients.sns.publish(TopicArn=destination, Message=text, **with_attributes)
            case "events":
                _put_event(clients, destination, text)
            case "sqs":
                name = destination.rpartition(":")[2]
                url = self._aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
                clients.sqs.send_message(QueueUrl=url, MessageBody=text, **with_attributes)

    def _role_clients(self, role: str) -> AwsClients:
        if role not in self._clients:
            self._clients[role] = without_retries(role_clients(self._aws, role))
        return self._clients[role]


def _put_event(clients: AwsClients, bus: str, text: str) -> None:
    """Put the record on the bus, as an event of Lambda.

    Raises:
        ClientError: the role may not, or the bus refused the entry.
    """
    record = json.loads(text)
    succeeded = record["requestContext"]["condition"] == SUCCESS
    entry: Any = {
        "EventBusName": bus,
        "Source": "lambda",
        "DetailType": f"{RESULT} - {SUCCESS if succeeded else 'Failure'}",
        "Detail": text,
        "Resources": [bus, record["requestContext"]["functionArn"]],
    }
    answer = clients.events.put_events(Entries=[entry])
    for failed in answer["Entries"]:
        if "ErrorCode" in failed:
            error: Any = {"Code": failed["ErrorCode"], "Message": failed.get("ErrorMessage", "")}
            raise ClientError({"Error": error}, "PutEvents")


def invocation_record(
    request: "InvocationRequest",
    function: "DeployedFunction",
    condition: str,
    answer: object,
    now: datetime,
) -> dict[str, object]:
    """The record for a destination. Without an attempt it has no response."""
    succeeded = condition == SUCCESS
    attempts = request.queued.attempts + (1 if succeeded else 0)
    arn = f"{function.arn}:$LATEST"
    record = record_without_response(request.id, arn, condition, attempts, request.event, now)
    if not attempts:
        return record
    error = {} if succeeded else {"functionError": "Unhandled"}
    context = {"statusCode": 200, "executedVersion": "$LATEST", **error}
    return record | {"responseContext": context, "responsePayload": answer}
