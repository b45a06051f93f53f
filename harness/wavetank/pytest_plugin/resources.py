"""Names of deployed resources by their logical ids."""

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of


def name_of(aws: AwsClients, logical_id: str) -> str:
    """The physical id of the resource: its name, or its ARN for types that have no other.

    Raises:
        UsageError: no template has such a resource.
    """
    names: dict[str, str] = {}
    for page in aws.cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            found = aws.cloudformation.describe_stack_resources(StackName=stack["StackName"])
            for resource in found["StackResources"]:
                names[resource["LogicalResourceId"]] = resource.get("PhysicalResourceId", "")
    if logical_id not in names:
        raise UsageError(*one_of("a resource of the templates: one of", logical_id, names))
    return names[logical_id]
