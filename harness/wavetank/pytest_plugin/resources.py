"""Names of deployed resources by their logical ids."""

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.inspection.stack_resources import every_resource


def name_of(aws: AwsClients, logical_id: str) -> str:
    """The physical id of the resource: its name, or its ARN for types that have no other.

    Raises:
        UsageError: no template has such a resource.
    """
    names = {each.logical_id: each.physical_id for each in every_resource(aws)}
    if logical_id not in names:
        raise UsageError(*one_of("a resource of the templates: one of", logical_id, names))
    return names[logical_id]
