"""Amazon DynamoDB: tables by name or ARN, transactions by item, PartiQL by statement.

[DynamoDB developer guide, transaction-apis-iam, ql-iam, rbac-apis; Service Authorization Reference]
"""

from collections.abc import Iterator
from typing import Any

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.operations.partiql import read_statement
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction

TRANSACTION_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
"""A transaction itself has no action."""
TABLE_PARAMETERS = ("TableName", "TableArn", "SourceTableName", "SourceTableArn", "ResourceArn")
LISTINGS = frozenset({"ListBackups", "ListContributorInsights", "ListExports", "ListImports"})
"""Operations that may name a table, but whose action does not apply to a specific table."""
RESTORES = frozenset({"RestoreTableFromBackup", "RestoreTableToPointInTime"})
RESTORE_ACTIONS = (
    *("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"),
)
"""Actions of a restore on the new table. [DynamoDB developer guide, backuprestore_IAM]"""


def actions_of_streams(call: Call) -> Iterator[RequiredAction]:
    """Streams have the actions of tables; an iterator begins with the ARN of its stream."""
    arn, bar, _ = str(call.parameters.get("ShardIterator") or "").partition("|")
    stream = arn if bar else call.parameters.get("StreamArn")
    action = f"dynamodb:{call.operation}"
    if stream and call.operation != "ListStreams":
        yield RequiredAction(action, str(stream))
    else:
        yield from actions_by_table(call, action)


def actions_of_dynamodb(call: Call) -> Iterator[RequiredAction]:
    """Each table, index or item that the call concerns."""
    parameters = call.parameters
    if "TransactItems" in parameters:
        yield from _of_transaction(call)
    elif "RequestItems" in parameters:
        for table, detail in parameters["RequestItems"].items():
            yield RequiredAction(
                f"dynamodb:{call.operation}", table_arn(call, table), detail=detail
            )
    elif "Statement" in parameters or "Statements" in parameters:
        yield from _of_statements(call, [parameters, *parameters.get("Statements", ())])
    elif "TransactStatements" in parameters:
        yield from _of_statements(call, parameters["TransactStatements"])
    else:
        yield from _of_table(call)


def _of_transaction(call: Call) -> Iterator[RequiredAction]:
    context = {"dynamodb:EnclosingOperation": (call.operation,)}
    for entry in call.parameters["TransactItems"]:
        for name, item in entry.items():
            action = f"dynamodb:{TRANSACTION_ACTIONS[name]}"
            yield RequiredAction(action, table_arn(call, item["TableName"]), context, detail=item)


def _of_statements(call: Call, entries: list[Any]) -> Iterator[RequiredAction]:
    context = {"dynamodb:EnclosingOperation": (call.operation,)}
    for entry in entries:
        for read in read_statement(entry["Statement"]) if "Statement" in entry else ():
            resource = table_arn(call, read.table)
            if read.index:
                resource += f"/index/{read.index}"
            yield RequiredAction(f"dynamodb:{read.action}", resource, context, detail=read)


def _of_table(call: Call) -> Iterator[RequiredAction]:
    parameters, action = call.parameters, f"dynamodb:{call.operation}"
    if call.operation == "ImportTable":
        table = parameters["TableCreationParameters"]["TableName"]
        yield RequiredAction(action, table_arn(call, table))
        return
    if call.operation in RESTORES:
        yield from _of_restore(call)
        return
    name = next((parameters[key] for key in TABLE_PARAMETERS if parameters.get(key)), None)
    if not name or call.operation in LISTINGS:
        yield from actions_by_table(call)
        return
    index = parameters.get("IndexName")
    resource = table_arn(call, str(name)) + (f"/index/{index}" if index else "")
    yield RequiredAction(action, resource, detail=parameters)
    if call.operation == "CreateTable" and parameters.get("ResourcePolicy"):
        yield RequiredAction("dynamodb:PutResourcePolicy", resource)


def _of_restore(call: Call) -> Iterator[RequiredAction]:
    parameters = call.parameters
    target = table_arn(call, parameters["TargetTableName"])
    source = parameters.get("BackupArn") or next(
        (parameters[key] for key in ("SourceTableArn", "SourceTableName") if parameters.get(key)),
        "",
    )
    yield RequiredAction(f"dynamodb:{call.operation}", table_arn(call, source))
    yield RequiredAction(f"dynamodb:{call.operation}", target)
    for action in RESTORE_ACTIONS:
        yield RequiredAction(f"dynamodb:{action}", target)


def table_arn(call: Call, name: str) -> str:
    """The ARN of a table, from its name or ARN."""
    return name if name.startswith("arn:") else call.arn(f"table/{name}")
