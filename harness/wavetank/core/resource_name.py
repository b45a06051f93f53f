"""What an ARN says: the service, and a name of the resource for readers, such as `bucket uploads`.

[IAM user guide: reference-arns]
"""

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


def service_of(arn: str) -> str:
    """The service in the ARN, such as `sqs`; empty for none."""
    return arn.split(":", 3)[2] if arn else ""


def resource_name(arn: str) -> str:
    """The kind and the name of a trigger or a function; a rule's bus is left out."""
    service = service_of(arn)
    return f"{KINDS.get(service, service)} {bare_name(arn)}"


def bare_name(arn: str) -> str:
    """The name of a trigger or a function; a rule's bus is left out."""
    resource = arn.split(":", 5)[5]
    match service_of(arn):
        case "lambda":
            return resource.split(":")[1]
        case "logs":
            return resource.removeprefix("log-group:").removesuffix(":*")
        case "dynamodb":
            return resource.split("/")[1]
    return resource.rpartition("/")[2]
