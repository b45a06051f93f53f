"""Texts with placeholders: their values, drawn from the seed, and mistakes."""

import random
import re
from datetime import UTC, datetime

import pytest

from wavetank.core.errors import UsageError
from wavetank.scenario.workload.body import (
    PLACEHOLDERS,
    ActionValues,
    check_text,
    placeholder_rows,
    render,
)

AT = datetime(2030, 1, 1, 0, 5, tzinfo=UTC)


def rendered(text: str, seed: int = 1) -> str:
    """The text of the seventh action."""
    return render(text, ActionValues(7, AT, "key-2", random.Random(seed)))  # noqa: S311 - a simulation, not a secret


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ number }}/{{key}} {{  time  }}", "7/key-2 2030-01-01T00:05:00Z"),
        ('{"a": {"b": {{ number }}}}', '{"a": {"b": 7}}'),
        ("{{ choice(a) }}{{ choice( b c ) }}", "ab c"),
        ("{{ integer(-3, -3) }} {{ decimal(1.5, 1.5, 2) }}", "-3 1.50"),
        ("{} { } }} ${x} %s", "{} { } }} ${x} %s"),
    ],
)
def test_placeholders_are_replaced(text: str, expected: str) -> None:
    """And all other text is as it was."""
    assert rendered(text) == expected


def test_values_are_drawn_from_the_seed() -> None:
    """Within their range."""
    text = " ".join("{{ integer(1, 6) }} {{ decimal(0, 1, 3) }} {{ choice(x, y) }}" for _ in "abc")
    assert rendered(text) == rendered(text) != rendered(text, seed=2)
    assert re.fullmatch(r"([1-6] [01]\.\d{3} [xy] ?){3}", rendered(text))
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4.*", rendered("{{ uuid }}"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ numbr }}", "did you mean number"),
        ("{{ __import__('os') }}", "a placeholder: one of choice, decimal"),
        ("{{ number + 1 }}", "a placeholder: one of"),
        ("{{ }}", "a placeholder: one of"),
        ("{{ number(1) }}", "{{ number }}"),
        ("{{ choice }}", "choice(red, green)"),
        ("{{ integer(2, 1) }}", "integer(1, 100)"),
        ("{{ integer(1.5, 2) }}", "integer(1, 100)"),
        ("{{ decimal(1, 2) }}", "decimal(-5, 35.5, 1)"),
        ("{{ decimal(1, 2, 99) }}", "decimal(-5, 35.5, 1)"),
    ],
)
def test_mistakes_are_named(text: str, message: str) -> None:
    """With what there is, or how it is written."""
    with pytest.raises(UsageError, match=re.escape(message)):
        check_text(text)


def test_all_placeholders_are_documented_as_they_work() -> None:
    """Each example is valid itself."""
    rows = list(placeholder_rows())
    assert len(rows) == len(PLACEHOLDERS)
    for example, _ in rows:
        assert rendered(example) != example
