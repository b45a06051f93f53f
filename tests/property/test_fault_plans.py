"""Whatever plan is drawn or written: it can be kept, lies in its run, and shrinks."""

import tomllib
from datetime import timedelta

from hypothesis import find, given
from hypothesis import strategies as st

from wavetank.errors import UsageError
from wavetank.faults.draw import draw_plan
from wavetank.faults.form import plan_from_json, plan_to_json
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.kinds import ALL_KINDS
from wavetank.faults.plan import FaultPlan
from wavetank.faults.strategy import fault_plans
from wavetank.scenario.file import parse_scenario
from wavetank.scenario.places import find_places

HOUR = timedelta(hours=1)
seeds = st.integers(min_value=0, max_value=2**64)
horizons = st.timedeltas(timedelta(minutes=1), timedelta(days=30))


@given(fault_plans(HOUR, ALL_KINDS))
def test_plan_is_read_as_it_was_written(plan: FaultPlan) -> None:
    """A plan that was saved is the same plan, and the same text, for ever."""
    text = plan_to_json(plan)
    assert plan_from_json(text) == plan
    assert plan_to_json(plan_from_json(text)) == text


@given(seeds, horizons)
def test_seed_always_means_the_same_plan(seed: int, horizon: timedelta) -> None:
    """One seed and one horizon make one plan."""
    assert draw_plan(seed, horizon, ALL_KINDS) == draw_plan(seed, horizon, ALL_KINDS)


@given(seeds, horizons)
def test_drawn_plan_lies_in_its_horizon(seed: int, horizon: timedelta) -> None:
    """A drawn plan has a fault, all healed when the run ends, and none contradicts another."""
    plan = draw_plan(seed, horizon, ALL_KINDS)
    assert plan.faults
    assert not plan.beyond(horizon)
    assert not plan.contradictions()


@given(st.data(), horizons)
def test_generated_plan_lies_in_its_horizon(data: st.DataObject, horizon: timedelta) -> None:
    """A plan of Hypothesis's keeps the same promises, and may be empty."""
    plan = data.draw(fault_plans(horizon, ALL_KINDS))
    assert not plan.beyond(horizon)
    assert not plan.contradictions()


def test_plans_shrink_to_the_empty_one() -> None:
    """Where anything fails, the smallest plan that fails is none."""
    assert find(fault_plans(HOUR), lambda _: True) == FaultPlan()


def test_plans_shrink_to_the_fault_that_matters() -> None:
    """Where crashes fail, one is left: at once, shortest, at its first call; next to no other."""

    def crashes(plan: FaultPlan) -> bool:
        return any(isinstance(fault, HandlerCrash) for fault in plan.faults)

    found = find(fault_plans(HOUR), crashes)
    assert len(found.faults) <= 2, found  # Hypothesis keeps one beside it at times
    (fault,) = (fault for fault in found.faults if isinstance(fault, HandlerCrash))
    assert isinstance(fault, HandlerCrash)
    assert (fault.after, fault.lasts) == (timedelta(), timedelta(seconds=30))
    assert (fault.occurrence, fault.times, fault.call_number) == (1, 1, 1)


@given(st.one_of(st.text(), st.from_regex(r'\[\{"kind": ?"[a-z-]+", ?"after": ?"\w+"\}\]')))
def test_any_text_is_a_plan_or_refused(text: str) -> None:
    """No text makes anything but a plan or a clear refusal."""
    try:
        plan = plan_from_json(text)
    except UsageError:
        return
    assert plan_from_json(plan_to_json(plan)) == plan


lines = st.sampled_from(
    [
        'description = "x"',
        'horizon = "1h"',
        "seed = 7",
        "expect = { alerts_min = 1 }",
        "[expect]",
        "breaks = ['a', \"b\"]",
        "[[fault]]",
        "[fault]",
        "fault = [{}, [1, 2.5], {a.b = 1979-05-27 07:32:00}]",
        'kind = "missed-tick"',
        'kind = """',
        'after = "1m"',
        "after = '9d'",
        "# comment",
    ]
)
texts = st.one_of(st.text(), st.lists(st.one_of(lines, st.text(max_size=9))).map("\n".join))


@given(texts)
def test_any_text_is_a_scenario_or_refused(text: str) -> None:
    """No text makes anything but a scenario or a refusal that names the file."""
    try:
        scenario = parse_scenario("x", text, "x.toml")
    except UsageError as error:
        found = error.found
    else:
        found = f"x.toml has {scenario.name}"
    assert "x.toml" in found


@given(texts)
def test_places_are_within_the_text(text: str) -> None:
    """Whatever TOML is, every key of it has a place on one of its lines."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = find_places(text)
    count = len(text.replace("\r\n", "\n").split("\n"))
    assert {path[0] for path in places} == document.keys()
    assert all(1 <= place.line <= count for place in places.values())
