"""What the name of a resource says: a name for a reader, such as `bucket uploads`, and FIFO."""

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


def resource_name(arn: str) -> str:
    """The kind and the name of a trigger or a function; a rule's bus is left out."""
    _, _, service, _, _, resource = arn.split(":", 5)
    match service:
        case "lambda":
            name = resource.split(":")[1]
        case "logs":
            name = resource.removeprefix("log-group:").removesuffix(":*")
        case "dynamodb":
            name = resource.split("/")[1]
        case _:
            name = resource.rpartition("/")[2]
    return f"{KINDS.get(service, service)} {name}"
