"""Adds to the events of table streams who made the change, which LocalStack leaves out.

[DynamoDB developer guide: time-to-live-ttl-streams-lambda; LocalStack 4.14: services/lambda_/
event_source_mapping/pollers/dynamodb_poller.py]
"""

from typing import Any

from wavetank.emulator.patches import patch_of

POLLER = (
    "localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller"
    ":DynamoDBPoller.transform_into_events"
)


def add_identities() -> None:
    """Apply the patch."""
    patch = patch_of(POLLER)
    stock = patch.original()

    def transform(poller: Any, records: list[Any], shard_id: str) -> list[Any]:
        events: list[Any] = stock(poller, records, shard_id)
        for event, record in zip(events, records, strict=True):
            if identity := record.get("userIdentity"):
                event["userIdentity"] = {
                    "principalId": identity["PrincipalId"],
                    "type": identity["Type"],
                }
        return events

    patch.apply(transform)
