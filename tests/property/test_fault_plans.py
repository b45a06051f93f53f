"""Any plan that is generated or written can be saved, fits its run, and shrinks."""

import tomllib
from datetime import timedelta

from hypothesis import find, given
from hypothesis import strategies as st

from wavetank.configuration.toml_positions import key_positions
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import ALL_KINDS
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.generation import generate_plan
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import plan_from_json, plan_to_json
from wavetank.faults.shrinking import choices_of, choose_smaller, smaller_plans
from wavetank.faults.strategies import fault_plans
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.serialization import scenario_to_toml

HOUR = timedelta(hours=1)
seeds = st.integers(min_value=0, max_value=2**64)
horizons = st.timedeltas(timedelta(minutes=1), timedelta(days=30))


@given(fault_plans(HOUR, kinds=ALL_KINDS))
def test_plan_is_read_as_it_was_written(plan: FaultPlan) -> None:
    """A plan that was saved is the same plan, and the same text, for ever."""
    text = plan_to_json(plan)
    assert plan_from_json(text) == plan
    assert plan_to_json(plan_from_json(text)) == text


@given(seeds, horizons)
def test_seed_always_means_the_same_plan(seed: int, horizon: timedelta) -> None:
    """One seed and one horizon make one plan."""
    assert generate_plan(seed, horizon, kinds=ALL_KINDS) == generate_plan(
        seed, horizon, kinds=ALL_KINDS
    )


@given(seeds, horizons)
def test_generated_plan_fits_its_horizon(seed: int, horizon: timedelta) -> None:
    """A generated plan has a fault, all are reverted within the horizon, and none contradict."""
    plan = generate_plan(seed, horizon, kinds=ALL_KINDS)
    assert plan.faults
    assert not plan.beyond(horizon)
    assert not plan.contradictions()


@given(st.data(), horizons)
def test_generated_plan_lies_in_its_horizon(data: st.DataObject, horizon: timedelta) -> None:
    """A plan of Hypothesis's keeps the same promises, and may be empty."""
    plan = data.draw(fault_plans(horizon, kinds=ALL_KINDS))
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
def test_positions_are_within_the_text(text: str) -> None:
    """In any valid TOML, every key has a position on one of its lines."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = key_positions(text)
    count = len(text.replace("\r\n", "\n").split("\n"))
    assert {path[0] for path in places} == document.keys()
    assert all(1 <= place.line <= count for place in places.values())


descriptions = st.text(
    st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=100
)
names = st.from_regex(r"[a-z][a-z0-9-]{0,63}", fullmatch=True)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any that a file can hold."""
    invariants = draw(st.lists(names, unique=True, max_size=4))
    middle = draw(st.integers(0, len(invariants)))
    check_only = draw(st.sampled_from([None, tuple(invariants[:middle])]))
    expectations = Expectations(
        check_only=check_only, breaks=tuple(invariants[middle:]), alerts_min=draw(st.integers(0, 9))
    )
    return Scenario(
        name=draw(names),
        description=draw(descriptions),
        horizon=HOUR,
        seed=draw(st.none() | st.integers(0, SEED_MAX)),
        plan=draw(fault_plans(HOUR, kinds=ALL_KINDS)),
        expectations=expectations,
    )


@given(scenarios(), st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])))
def test_scenario_is_read_as_it_was_written(scenario: Scenario, comment: str) -> None:
    """A scenario that was written to a file is the same scenario, whatever the comment says."""
    text = scenario_to_toml(scenario, comment)
    assert parse_scenario(scenario.name, text, "x.toml") == scenario


@given(st.data(), fault_plans(HOUR, kinds=ALL_KINDS))
def test_smaller_plan_is_no_larger(data: st.DataObject, plan: FaultPlan) -> None:
    """It has some of the plan's faults, each within the time that it had at most."""
    smaller = data.draw(smaller_plans(plan))
    latest = max((fault.reverted_after for fault in plan.faults), default=timedelta())
    assert len(smaller.faults) <= len(plan.faults)
    assert {type(fault) for fault in smaller.faults} <= {type(fault) for fault in plan.faults}
    assert not smaller.beyond(latest)
    assert not smaller.contradictions()


@given(fault_plans(HOUR, kinds=ALL_KINDS))
def test_greatest_choices_make_the_plan_itself(plan: FaultPlan) -> None:
    """So shrinking can begin with the plan that failed."""
    choices = iter(choices_of(plan))
    assert choose_smaller(lambda _, __: next(choices), plan) == plan
    assert next(choices, None) is None
