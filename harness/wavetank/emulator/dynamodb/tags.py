"""Tags of tables: a tag that is set again has its new value; moto adds it a second time.

[DynamoDB API reference: TagResource; moto: dynamodb/models/__init__.py]
"""

from moto.dynamodb.models import DynamoDBBackend


def tag_resource(self: DynamoDBBackend, table_arn: str, tags: list[dict[str, str]]) -> None:
    """Sets the tags of the table; others that it has stay."""
    for table in self.tables.values():
        if table.table_arn == table_arn:
            merged = {tag["Key"]: tag["Value"] for tag in (*table.tags, *tags)}
            table.tags = [{"Key": key, "Value": value} for key, value in merged.items()]
