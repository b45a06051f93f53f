"""A table's stream can be switched off and on again; moto refuses the second stream of a table.

[DynamoDB API reference: UpdateTable, StreamSpecification] [moto: dynamodb/models/__init__.py,
update_table]
"""

from typing import Any

from moto.dynamodb.models.table import Table

from wavetank.emulator.patches import patch_of

set_by_moto = patch_of("moto.dynamodb.models.table:Table.set_stream_specification").original()


def set_stream_specification(table: Table, streams: dict[str, Any] | None) -> None:
    """Sets the stream; a table whose stream is off has no label of one."""
    set_by_moto(table, streams)
    if not table.stream_specification or not table.stream_specification["StreamEnabled"]:
        table.latest_stream_label = None
