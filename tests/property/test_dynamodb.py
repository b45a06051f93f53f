"""The patches that make moto's DynamoDB faster change neither its responses nor its state."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.models import dynamodb_backends

from tests.property.dynamodb_calls import FLAT, RANGED, calls
from wavetank.emulator.dynamodb.corrections import CORRECTIONS
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.emulator.dynamodb.patches import REPLACEMENTS
from wavetank.emulator.patches import patch_of

STOCK, OURS = "000000000000", "123456789012"
"""Accounts: the same happens in both, in one as moto has it."""
REGION = "eu-west-2"
"""Where nobody else is: what it holds is thrown away, and a simulator may be in this process."""


@contextmanager
def _patched(*, applied: bool) -> Iterator[None]:
    """Moto as it is, or faster; afterwards as it was: a simulator may be in this process."""
    before = {target: patch_of(target).is_applied for target in (*REPLACEMENTS, *CORRECTIONS)}
    _apply(dict.fromkeys(CORRECTIONS, False) | dict.fromkeys(REPLACEMENTS, applied))
    try:
        yield
    finally:
        _apply(before)


def _apply(wanted: Mapping[str, bool]) -> None:
    for target, is_applied in wanted.items():
        if is_applied:
            patch_of(target).apply({**REPLACEMENTS, **CORRECTIONS}[target])
        else:
            patch_of(target).undo()


def _answer(account: str, method: str, body: dict[str, Any]) -> object:
    """The answer's status and content, or what was raised in place of one."""
    try:
        status, text, _ = call_moto(method, json.loads(json.dumps(body)), account, REGION)
        return status, json.loads(text)
    except Exception as error:  # noqa: BLE001 - moto raises all kinds, LocalStack answers with 500
        return type(error).__name__, str(error)


def _state(account: str) -> list[object]:
    """All items, and what the streams tell."""
    state: list[object] = []
    for table in dynamodb_backends[account][REGION].tables.values():
        state.append([item.to_json() for item in table.all_items()])
        records = table.stream_shard.items if table.stream_shard else []
        told = [record.to_json() for record in records]
        state.append([(each["eventName"], each["dynamodb"].get("Keys")) for each in told])
    return state


def _play(account: str, played: list[tuple[str, dict[str, Any]]]) -> list[object]:
    dynamodb_backends[account][REGION].reset()
    for table in (FLAT, RANGED):
        call_moto("create_table", table, account, REGION)
    return [
        (_answer(account, method, body), json.dumps(_state(account), default=str))
        for method, body in played
    ]


@given(st.lists(calls, min_size=1, max_size=8))
def test_every_answer_and_every_item_is_as_moto_has_it(
    played: list[tuple[str, dict[str, Any]]],
) -> None:
    """Any sequence of calls, right or wrong, is answered the same and leaves the same behind."""
    with _patched(applied=False):
        stock = _play(STOCK, played)
    with _patched(applied=True):
        ours = _play(OURS, played)
    assert ours == stock
