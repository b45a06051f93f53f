"""The name of a resource from its ARN: alone, or for a reader, such as `bucket uploads`."""

KINDS = {
    "dynamodb": "table",
    "events": "rule",
    "kinesis": "stream",
    "lambda": "function",
    "logs": "log group",
    "s3": "bucket",
    "scheduler": "schedule",
    "sns": "topic",
    "sqs": "queue",
}
"""What a trigger or a function is, by the service in its ARN."""


def resource_name(arn: str) -> str:
    """The kind and the name of a trigger or a function; a rule's bus is left out."""
    service = arn.split(":")[2]
    return f"{KINDS.get(service, service)} {bare_name(arn)}"


def bare_name(arn: str) -> str:
    """The name of a trigger or a function; a rule's bus is left out."""
    _, _, service, _, _, resource = arn.split(":", 5)
    match service:
        case "lambda":
            return resource.split(":")[1]
        case "logs":
            return resource.removeprefix("log-group:").removesuffix(":*")
        case "dynamodb":
            return resource.split("/")[1]
    return resource.rpartition("/")[2]
