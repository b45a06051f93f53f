"""What PutBucketNotificationConfiguration refuses on AWS, and LocalStack accepts.

The events must exist, ids must be unique, a filter has one prefix and one suffix at most, and no
two configurations may want the same event of the same key.
[Amazon S3 user guide, notification-how-to-filtering; Amazon S3 API reference,
PutBucketNotificationConfiguration; LocalStack 4.14: services/s3/notifications.py]
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from localstack.aws.api.s3 import Event, InvalidArgument

DESTINATIONS = ("LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations")
EVENTS = frozenset(str(event) for event in Event)
OVERLAP = (
    "Configurations overlap. Configurations on the same bucket cannot share a common event type."
)

type Configuration = Mapping[str, Any]


def check_notifications(bucket_configuration: Configuration) -> None:
    """Check the notifications of a bucket.

    Raises:
        InvalidArgument: AWS would refuse them.
    """
    found = [each for name in DESTINATIONS for each in bucket_configuration.get(name) or [] if each]
    for each in found:
        _check_events(each.get("Events") or [])
        for rule in ("prefix", "suffix"):
            if len(list(_values(each, rule))) > 1:
                raise InvalidArgument(f"Cannot specify more than one {rule} rule in a filter.")
    ids = [each["Id"] for each in found if each.get("Id")]
    if len(ids) != len(set(ids)):
        raise InvalidArgument("Same ID used for multiple configurations. IDs must be unique")
    for one, other in combinations(found, 2):
        if _share_event(one["Events"], other["Events"]) and _share_key(one, other):
            raise InvalidArgument(OVERLAP)


def _check_events(events: Sequence[str]) -> None:
    for event in events:
        if event not in EVENTS:
            raise InvalidArgument(
                "A specified event is not supported for notifications.",
                ArgumentName="Event",
                ArgumentValue=event,
            )


def _values(configuration: Configuration, rule: str) -> Iterator[str]:
    """The values of the filter's rules of that name."""
    for each in (configuration.get("Filter") or {}).get("Key", {}).get("FilterRules") or []:
        if str(each.get("Name", "")).lower() == rule:
            yield str(each.get("Value", ""))


def _share_event(some: Sequence[str], others: Sequence[str]) -> bool:
    return any(_is_of(one, other) or _is_of(other, one) for one in some for other in others)


def _is_of(event: str, wanted: str) -> bool:
    """Whether the event is the wanted one, or of its kind, such as `s3:ObjectCreated:*`."""
    return event == wanted or (wanted.endswith(":*") and event.startswith(wanted[:-1]))


def _share_key(one: Configuration, other: Configuration) -> bool:
    """Whether a key can pass both filters."""
    prefixes = [next(_values(each, "prefix"), "") for each in (one, other)]
    suffixes = [next(_values(each, "suffix"), "") for each in (one, other)]
    shorter, longer = sorted(prefixes, key=len)
    least, most = sorted(suffixes, key=len)
    return longer.startswith(shorter) and most.endswith(least)
