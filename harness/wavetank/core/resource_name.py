"""What an ARN or a name says: the service, FIFO, and a name for readers, such as `bucket uploads`.

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
FIFO_SUFFIX = ".fifo"
"""How the names of FIFO queues and topics end; AWS refuses others."""


def is_fifo(queue_or_topic: str) -> bool:
    """Whether the name, ARN or URL is of a FIFO queue or topic."""
    return queue_or_topic.endswith(FIFO_SUFFIX)


def service_of(arn: str) -> str:
    """The service in the ARN, such as `sqs`; empty for none, and for addresses."""
    return arn.split(":", 3)[2] if arn.startswith("arn:") else ""


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
