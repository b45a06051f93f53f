"""Histories of any kind: written, read and checked."""

import tempfile
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from streaming.record import FORMATS
from tests.pipeline import NOON
from tests.sample_histories import HistoryBuilder, assert_found, only, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import (
    EVENTS,
    Event,
    HistoryWriter,
    ObjectDelivered,
    decode,
    digest_of,
    encode,
    first_difference,
    read_history,
)
from wavetank.invariants import Conservation, check_history, generic_invariants
from wavetank.invariants.history_completeness import HistoryEnd
from wavetank.invariants.interval_set import IntervalSet
from wavetank.ticker.invariants import ticker_invariants

WORDS = (
    "request-1",
    "tick",
    "streaming",
    "alarm",
    "ok",
    "rate(1 minute)",
    "TickerName",
    "Price",
    "100",
    '{"ticker":"Index_1","timestamp":"2026-11-23T12:01:00Z","price":100}',
    "{ticker : Index_1, timestamp : 2026-11-23 12:01:00, price : 100.5}",
)
"""Few enough that drawn events have to do with one another."""

texts = st.sampled_from(WORDS) | st.text(max_size=20)
near = st.integers(-3, 10).map(lambda number: NOON + number * timedelta(minutes=1))
instants = near | st.datetimes(timezones=st.just(UTC))


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Anything that a field of this type may hold."""
    plain = {str: texts, datetime: instants, int: st.integers(), bool: st.booleans()}
    if kind in plain:
        return plain[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        fields = {name: values(hint) for name, hint in get_type_hints(kind).items()}
        return st.builds(kind, **fields)
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=3).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(texts, values(get_args(kind)[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    return st.none() | values(get_args(kind)[0])  # a type | None, the only other one


events = st.one_of([values(kind) for kind in EVENTS])
histories = st.lists(events, max_size=20)


@st.composite
def valid_histories(draw: st.DrawFn) -> list[Event]:
    """Runs as they ought to go, of any length, form and failures, with at least one success."""
    ticks = draw(st.integers(2, 8))
    failing = draw(st.sets(st.integers(1, ticks), max_size=ticks - 1))
    encode_sample = FORMATS[draw(st.sampled_from(sorted(FORMATS)))]
    per_object = draw(st.integers(1, 3))
    history = HistoryBuilder(ticks, failing, encode=encode_sample, ticks_in_object=per_object)
    return list(history.events())


@given(events)
def test_event_is_the_same_after_writing(event: Event) -> None:
    """A line has everything of its event, and the event has no other line."""
    line = encode(event)
    assert "\n" not in line
    assert decode(line) == event
    assert encode(decode(line)) == line


@given(histories, histories)
def test_digests_are_equal_as_histories_are(one: list[Event], other: list[Event]) -> None:
    """Two histories have one digest when they are the same, and only then."""
    assert (digest_of(one) == digest_of(other)) is (one == other)
    assert digest_of(one) == digest_of([decode(encode(event)) for event in one])


@given(histories, histories)
def test_files_differ_where_histories_do(one: list[Event], other: list[Event]) -> None:
    """The first difference of two files is the first of the events."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("one", "other")]
        for path, history in zip(paths, (one, other), strict=True):
            with HistoryWriter(path) as writer:
                for event in history:
                    writer.write(event)
        difference = first_difference(*paths)
        assert not one or list(read_history(paths[0])) == one
    same = next(
        (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None
    )
    expected = min(len(one), len(other)) if same is None else same
    assert (difference is None) is (one == other)
    assert difference is None or difference.line == expected + 1


@given(histories)
def test_no_invariant_ever_raises(history: list[Event]) -> None:
    """Whatever happens in whatever order, every invariant has a finding at every moment."""
    for invariant in [*generic_invariants(), *ticker_invariants()]:
        ending = HistoryEnd()
        for event in history:
            ending.observe(event)
            invariant.observe(event)
            assert invariant.finding(ending) == invariant.finding(ending)


@given(valid_histories())
def test_run_with_reported_failures_is_valid(history: list[Event]) -> None:
    """A run in which every failure was made good or alerted breaks no invariant."""
    findings = check_history(history, [*generic_invariants(), *ticker_invariants()])
    assert [finding for finding in findings if not finding.verdict.passes] == []


@given(valid_histories(), st.data())
def test_lost_object_is_never_missed(history: list[Event], data: st.DataObject) -> None:
    """A run without one of its objects has lost records; if undrained, it may have."""
    objects = len(only(history, ObjectDelivered))
    lost = without(history, ObjectDelivered, data.draw(st.integers(0, objects - 1)))
    assert_found(Conservation(), lost, Verdict.INVALID, "accepted but not delivered")
    assert_found(Conservation(), undrained(lost), Verdict.UNKNOWN)


@given(st.lists(st.integers(-20, 20)), st.integers(-25, 25), st.integers(-25, 25))
def test_intervals_are_a_set(numbers: list[int], first: int, last: int) -> None:
    """Intervals contain exactly what was added, and their gaps exactly what was not."""
    spans = IntervalSet()
    news = [spans.add(number) for number in numbers]
    assert sum(news) == len(set(numbers)) == len(spans)
    asked = range(first, last + 1)
    missing = [n for begin, end in spans.gaps(first, last) for n in range(begin, end + 1)]
    assert missing == [number for number in asked if number not in set(numbers)]
    assert [number in spans for number in asked] == [number in set(numbers) for number in asked]
