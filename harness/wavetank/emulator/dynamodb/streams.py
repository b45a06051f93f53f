"""Allows a table's stream to be switched off and on again; moto refuses a second stream.

[DynamoDB API reference: UpdateTable, StreamSpecification]
[moto: dynamodb/models/__init__.py, update_table]
"""

from typing import Any

from moto.dynamodb.models.table import Table

from wavetank.emulator.patches import patch_of

set_by_moto = patch_of("moto.dynamodb.models.table:Table.set_stream_specification").original()


def set_stream_specification(table: Table, streams: dict[str, Any] | None) -> None:
    """Set the stream; a table whose stream is off has no stream label."""
    set_by_moto(table, streams)
    if not table.stream_specification or not table.stream_specification["StreamEnabled"]:
        table.latest_stream_label = None
