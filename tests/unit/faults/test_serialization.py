"""Plans as JSON: every kind comes back as it was, and a wrong form is refused by its field."""

from datetime import timedelta

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.field_values import FieldError
from wavetank.faults.catalogue import ALL_KINDS, kinds_for
from wavetank.faults.fault import Fault
from wavetank.faults.functions import HandlerCrash, NoConcurrency
from wavetank.faults.generation import generate_plan, single_faults
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import (
    describe,
    fault_from_dict,
    fault_to_dict,
    plan_from_json,
    plan_to_json,
)
from wavetank.faults.targets import TICKER_TARGETS
from wavetank.faults.ticks import LateTick, MissedTick

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "fault", single_faults(HOUR, kinds=ALL_KINDS), ids=lambda fault: fault.kind
)
def test_every_kind_comes_back(fault: Fault) -> None:
    """Each kind of fault is the same after it was written and read."""
    assert fault_from_dict(fault_to_dict(fault)) == fault


def test_form_is_readable_and_in_order() -> None:
    """A fault is written with its kind first and its durations with units."""
    fault = LateTick(after=timedelta(minutes=5), times=None)
    assert list(fault_to_dict(fault).items()) == [
        ("kind", "late-tick"),
        ("after", "5m"),
        ("lasts", "10m"),
        ("occurrence", 1),
        ("times", "all"),
        ("delay", "90s"),
    ]


def test_description_is_a_line() -> None:
    """A fault's description has its window first and then what else it is made of."""
    fault = HandlerCrash(after=HOUR, call_number=2)
    assert describe(fault) == (
        "handler-crash after 1h for 10m, occurrence 1, times 1, function rule-target, "
        "call_number 2, side after"
    )


def test_a_function_goes_by_its_part_or_by_its_name() -> None:
    """A name that is nearly a part is taken for a typing error."""
    form = {"kind": "no-concurrency", "after": "1m", "function": "Prices-Writer"}
    fault = fault_from_dict(form)
    assert isinstance(fault, NoConcurrency)
    assert fault.function == "Prices-Writer"
    assert fault_to_dict(fault)["function"] == "Prices-Writer"


def test_missing_field_has_its_default() -> None:
    """Only the kind and the begin must be written."""
    assert fault_from_dict({"kind": "missed-tick", "after": "0s"}) == MissedTick(after=timedelta())


@pytest.mark.parametrize(
    ("form", "field", "message"),
    [
        ("missed-tick", "", "a fault with its `kind`; found 'missed-tick'"),
        ({}, "", "a fault with its `kind`; found none"),
        ({"kind": "mised-tick"}, "kind", r"found 'mised-tick'; did you mean missed-tick\?"),
        ({"kind": 3}, "kind", "choose one of them"),
        ({"kind": "missed-tick"}, "", "`after` of missed-tick; found none"),
        ({"kind": "missed-tick", "after": 90}, "after", "a duration, such as .*; found 90"),
        ({"kind": "missed-tick", "after": "90"}, "after", "found '90'"),
        ({"kind": "missed-tick", "aftr": "1m"}, "aftr", r"did you mean after\?"),
        ({"kind": "missed-tick", "after": "1m", "times": True}, "times", "found True"),
        ({"kind": "missed-tick", "after": "1m", "times": "many"}, "times", "found 'many'"),
        ({"kind": "missed-tick", "after": "1m", "times": 16**5000}, "times", "too long to show"),
        ({"kind": "api-error", "after": "1m", "call": 1}, "call", "`call` to be a string"),
        (
            {"kind": "broken-deployment", "after": "1m", "function": "rule-traget"},
            "function",
            "rule-target",
        ),
        ({"kind": "broken-deployment", "after": "1m", "function": []}, "function", r"found '\[\]'"),
        ({"kind": "partial-batch-failure", "after": "1m", "entries": 1}, "entries", "list"),
        ({"kind": "partial-batch-failure", "after": "1m", "entries": ["1"]}, "entries", "'1'"),
    ],
)
def test_wrong_form_is_refused_by_its_field(form: object, field: str, message: str) -> None:
    """An invalid fault is an error with the field, what is expected and what was found."""
    with pytest.raises(FieldError, match=message) as refusal:
        fault_from_dict(form)
    assert refusal.value.field == field


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 100_000, '[{"kind": "missed-tick"}]'])
def test_text_of_no_plan_is_refused(text: str) -> None:
    """A text that is no plan makes a refusal, whatever is wrong with it."""
    with pytest.raises(UsageError):
        plan_from_json(text)


def test_every_kind_can_be_drawn() -> None:
    """Seeds reach every kind, also those of the host if they are given."""
    virtual = {f.kind for seed in range(200) for f in generate_plan(seed, HOUR).faults}
    drawn = {
        f.kind for seed in range(300) for f in generate_plan(seed, HOUR, kinds=ALL_KINDS).faults
    }
    assert virtual == {kind.kind for kind in kinds_for(TICKER_TARGETS)}
    assert drawn == {kind.kind for kind in ALL_KINDS}


def test_single_faults_are_every_kind_once_within_the_horizon() -> None:
    """Each kind is there once, begins early and is reverted in time, however short the run."""
    for horizon in (timedelta(minutes=1), timedelta(minutes=7, seconds=1), HOUR):
        faults = single_faults(horizon)
        assert [type(fault) for fault in faults] == list(kinds_for(TICKER_TARGETS))
        assert FaultPlan(faults).beyond(horizon) == ()


def test_run_too_short_for_a_fault_is_refused() -> None:
    """A horizon in which no fault has room is refused, not drawn from."""
    with pytest.raises(UsageError, match="at least 1m"):
        generate_plan(1, timedelta(seconds=59))


def test_seed_means_what_it_meant() -> None:
    """A seed's plan is the one that was published, on every platform and Python."""
    text = plan_to_json(generate_plan(7, HOUR))
    assert text == (
        '[{"kind": "overlapping-ticks", "after": "31m", "lasts": "150s", "occurrence": 2, '
        '"times": 1, "ticks_later": 2}, {"kind": "missed-tick", "after": "5m", "lasts": "150s", '
        '"occurrence": 2, "times": "all"}]'
    )
