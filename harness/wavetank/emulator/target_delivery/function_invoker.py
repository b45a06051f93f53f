"""Invokes the functions that EventBridge, Scheduler and CloudWatch Logs have as targets.

All of them invoke asynchronously. A simulation queues the event in virtual time instead; Lambda
then only checks the permission.
[Lambda developer guide, invocation-async]
"""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class TargetFunctionInvoker:
    """Invokes functions that are targets; `queue`, if set, takes the event instead of Lambda."""

    def __init__(self) -> None:
        self.queue: Callable[[str, object], object] | None = None

    def invoke(self, client: Any, arn: str, payload: str, **parameters: Any) -> None:
        """Invoke the function.

        Raises:
            ClientError: Lambda refuses it.
        """
        if self.queue is None:
            client.invoke(
                FunctionName=arn, InvocationType="Event", Payload=payload.encode(), **parameters
            )
        else:
            client.invoke(FunctionName=arn, InvocationType="DryRun", **parameters)
            self.queue(arn, json.loads(payload))


FUNCTIONS = TargetFunctionInvoker()
"""The only instance: a simulation sets its queue for all services."""
