"""Tags of tables: setting a tag again replaces its value; moto adds a second tag.

[DynamoDB API reference: TagResource; moto: dynamodb/models/__init__.py]
"""

from moto.dynamodb.models import DynamoDBBackend


def tag_resource(self: DynamoDBBackend, table_arn: str, tags: list[dict[str, str]]) -> None:
    """Set tags of the table; its other tags are unchanged."""
    for table in self.tables.values():
        if table.table_arn == table_arn:
            merged = {tag["Key"]: tag["Value"] for tag in (*table.tags, *tags)}
            table.tags = [{"Key": key, "Value": value} for key, value in merged.items()]
