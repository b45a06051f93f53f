"""Moto's DynamoDB with the emulator's patches, for tests without a server."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

from wavetank.emulator.dynamodb.corrections import CORRECTIONS
from wavetank.emulator.dynamodb.patches import REPLACEMENTS
from wavetank.emulator.dynamodb.table_stream import STREAMS
from wavetank.emulator.patches import patch_of

ACCOUNT, REGION = "123456789012", "eu-west-2"


@contextmanager
def patched_moto() -> Iterator[DynamoDBBackend]:
    """An empty backend; patches that were not applied before are undone afterwards."""
    ours = {**REPLACEMENTS, **CORRECTIONS}
    before = {target: patch_of(target).is_applied for target in ours}
    for target, replacement in ours.items():
        patch_of(target).apply(replacement)
    backend = dynamodb_backends[ACCOUNT][REGION]
    backend.reset()
    try:
        yield backend
    finally:
        backend.reset()
        STREAMS.pop((ACCOUNT, REGION), None)
        for target, was_applied in before.items():
            if not was_applied:
                patch_of(target).undo()
