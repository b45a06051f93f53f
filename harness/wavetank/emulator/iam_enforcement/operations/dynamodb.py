"""Amazon DynamoDB: tables by name or ARN, transactions by item, PartiQL by statement.

[DynamoDB developer guide, transaction-apis-iam, ql-iam, rbac-apis; Service Authorization Reference]
"""

from collections.abc import Iterator
from typing import Any

from wavetank.emulator.iam_enforcement.call import Call, Need
from wavetank.emulator.iam_enforcement.operations.by_table import needs_by_table
from wavetank.emulator.iam_enforcement.operations.partiql import read_statement

TRANSACTION_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
"""There is no action for a transaction as such."""
TABLE_PARAMETERS = ("TableName", "TableArn", "SourceTableName", "SourceTableArn", "ResourceArn")
LISTINGS = frozenset({"ListBackups", "ListContributorInsights", "ListExports", "ListImports"})
"""Operations that may name a table, but whose action applies to no table in particular."""
RESTORES = frozenset({"RestoreTableFromBackup", "RestoreTableToPointInTime"})
RESTORE_ACTIONS = (
    *("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"),
)
"""What a restore needs on the new table. [DynamoDB developer guide, backuprestore_IAM]"""


def needs_of_streams(call: Call) -> Iterator[Need]:
    """Streams have the actions of tables; an iterator begins with the ARN of its stream."""
    arn, bar, _ = str(call.parameters.get("ShardIterator") or "").partition("|")
    stream = arn if bar else call.parameters.get("StreamArn")
    action = f"dynamodb:{call.operation}"
    if stream and call.operation != "ListStreams":
        yield Need(action, str(stream))
    else:
        yield from needs_by_table(call, action)


def needs_of_dynamodb(call: Call) -> Iterator[Need]:
    """Each table, index or item that the call is about."""
    parameters = call.parameters
    if "TransactItems" in parameters:
        yield from _of_transaction(call)
    elif "RequestItems" in parameters:
        for table, detail in parameters["RequestItems"].items():
            yield Need(f"dynamodb:{call.operation}", table_arn(call, table), detail=detail)
    elif "Statement" in parameters or "Statements" in parameters:
        yield from _of_statements(call, [parameters, *parameters.get("Statements", ())])
    elif "TransactStatements" in parameters:
        yield from _of_statements(call, parameters["TransactStatements"])
    else:
        yield from _of_table(call)


def _of_transaction(call: Call) -> Iterator[Need]:
    context = {"dynamodb:EnclosingOperation": (call.operation,)}
    for entry in call.parameters["TransactItems"]:
        for name, item in entry.items():
            action = f"dynamodb:{TRANSACTION_ACTIONS[name]}"
            yield Need(action, table_arn(call, item["TableName"]), context, detail=item)


def _of_statements(call: Call, entries: list[Any]) -> Iterator[Need]:
    context = {"dynamodb:EnclosingOperation": (call.operation,)}
    for entry in entries:
        for read in read_statement(entry["Statement"]) if "Statement" in entry else ():
            resource = table_arn(call, read.table)
            if read.index:
                resource += f"/index/{read.index}"
            yield Need(f"dynamodb:{read.action}", resource, context, detail=read)


def _of_table(call: Call) -> Iterator[Need]:
    parameters, action = call.parameters, f"dynamodb:{call.operation}"
    if call.operation == "ImportTable":
        table = parameters["TableCreationParameters"]["TableName"]
        yield Need(action, table_arn(call, table))
        return
    if call.operation in RESTORES:
        yield from _of_restore(call)
        return
    name = next((parameters[key] for key in TABLE_PARAMETERS if parameters.get(key)), None)
    if not name or call.operation in LISTINGS:
        yield from needs_by_table(call)
        return
    index = parameters.get("IndexName")
    resource = table_arn(call, str(name)) + (f"/index/{index}" if index else "")
    yield Need(action, resource, detail=parameters)
    if call.operation == "CreateTable" and parameters.get("ResourcePolicy"):
        yield Need("dynamodb:PutResourcePolicy", resource)


def _of_restore(call: Call) -> Iterator[Need]:
    parameters = call.parameters
    target = table_arn(call, parameters["TargetTableName"])
    source = parameters.get("BackupArn") or next(
        (parameters[key] for key in ("SourceTableArn", "SourceTableName") if parameters.get(key)),
        "",
    )
    yield Need(f"dynamodb:{call.operation}", table_arn(call, source))
    yield Need(f"dynamodb:{call.operation}", target)
    for action in RESTORE_ACTIONS:
        yield Need(f"dynamodb:{action}", target)


def table_arn(call: Call, name: str) -> str:
    """Of a table's name or ARN."""
    return name if name.startswith("arn:") else call.arn(f"table/{name}")
