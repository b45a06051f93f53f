"""Frozen time starts at once, and still finds every name that leads to the time."""

import sys
import time  # noqa: TID251 - a name of it is what is replaced
from types import ModuleType

import freezegun
import pytest

from wavetank.engines.simulator.frozen_time import names_hash, names_hashed_once

INSTANT = 1_900_000_000


def test_a_name_that_is_added_between_two_starts_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And restored at the end, like those of the first start."""
    module = ModuleType("clock_of_a_handler")
    vars(module)["first"] = time.time
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with names_hashed_once():
        for name in ("first", "second"):
            vars(module)[name] = time.time
            with freezegun.freeze_time("2030-03-17T17:46:40Z"):
                assert [vars(module)[each]() for each in ("first", name)] == [INSTANT, INSTANT]
            assert vars(module)[name]() != INSTANT


def test_objects_without_names_are_no_error() -> None:
    """`sys.modules` may contain anything."""
    assert names_hash(object()) != names_hash(ModuleType("a"))  # type: ignore[arg-type] # as there
