"""What is deployed, by the names that the templates have for it."""

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of


def name_of(aws: AwsClients, logical_id: str) -> str:
    """The resource's own name, or its ARN where it is known by that.

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
