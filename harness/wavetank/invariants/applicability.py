"""Whether an invariant is about anything that is deployed.

A pipeline without delivery streams can lose no record of one, whatever happens: the invariant is
then left out of the result instead of being unknown in every run.
"""

from wavetank.history import Event, RunBegan

SCHEDULED_RULE = "AWS::Events::Rule"
"""A rule with a schedule."""
DELIVERY_STREAM = "AWS::KinesisFirehose::DeliveryStream"
FUNCTION = "AWS::Lambda::Function"


def is_deployed(resource_type: str, event: Event) -> bool:
    """Whether a run's first event allows for a resource of the type.

    Any other event allows for all types, and so does a run that does not list them.
    """
    listed = event.resource_types if isinstance(event, RunBegan) else None
    return listed is None or resource_type in listed
