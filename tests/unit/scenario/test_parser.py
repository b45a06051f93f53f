"""Scenario files: their keys, and that every mistake is reported with its position."""

from datetime import timedelta

import pytest

from wavetank.core.errors import UsageError
from wavetank.faults.functions import BrokenDeployment
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.parser import parse_scenario

HEAD = 'description = "x"\nhorizon = "1h"\n'
MISSED = '[[fault]]\nkind = "missed-tick"\nafter = "1m"\n'


def parse(text: str) -> Scenario:
    """The scenario of the text, as from a file named x.toml."""
    return parse_scenario("x", text, "x.toml")


def test_file_becomes_a_scenario() -> None:
    """Every key of a file is found again in the scenario."""
    text = """
        description = "the drill"
        horizon = "2h"
        seed = 7
        expect = { check_only = ["drained"], breaks = ["walk-continuity"], alerts_min = 1 }
        fault = [{ kind = "broken-deployment", after = "10m", lasts = "20m" }]
    """
    minute = timedelta(minutes=1)
    assert parse(text) == Scenario(
        name="x",
        description="the drill",
        horizon=120 * minute,
        seed=7,
        plan=FaultPlan((BrokenDeployment(after=10 * minute, lasts=20 * minute),)),
        expectations=Expectations(
            check_only=("drained",), breaks=("walk-continuity",), alerts_min=1
        ),
    )


def test_short_file_is_enough() -> None:
    """By default there are no faults, and every invariant must hold."""
    scenario = parse(HEAD)
    assert scenario == Scenario(name="x", description="x", horizon=timedelta(hours=1))
    assert scenario.expectations.must_hold("drained")


def test_expectations_choose() -> None:
    """An invariant expected to break need not hold, nor one that is not among those named."""
    assert not Expectations(breaks=("drained",)).must_hold("drained")
    assert not Expectations(check_only=("drained",)).must_hold("walk-continuity")
    assert Expectations(check_only=("drained",)).must_hold("drained")


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        (HEAD + "a = = 1", "3:5", r"TOML; .* \(Invalid value\)"),
        (HEAD + "a = [1,", "3:1", "TOML"),
        ("a = 1\nb = 2\na = 3\n", "3:6", "overwrite"),
        (HEAD + "a = " + "1" * 5000, "3:1", "TOML"),
        (HEAD + "hroizon = '2h'", "3:1", r"'hroizon' .* did you mean horizon\?"),
        (HEAD + "[expect]\nbreak = []", "4:1", r"'break' .* did you mean breaks\?"),
        (HEAD + "[[faults]]", "3:1", r"did you mean fault\?"),
        ("# nothing\nhorizon = '1h'", "1:1", "the key `description`; found none"),
        ("description = 'x'", "1:1", "the key `horizon`; found none"),
        ("description = 5\nhorizon = '1h'", "1:1", "`description` to be one line .*; found 5"),
        ("description = ''\nhorizon = '1h'", "1:1", "`description` to be one line"),
        ("horizon = '1h'\ndescription = \"a\\nb\"", "2:1", "one line"),
        ("description = 'x'\nhorizon = 60", "2:1", "`horizon` to be a duration .*; found 60"),
        ("description = 'x'\nhorizon = '0s'", "2:1", "above zero"),
        ("description = 'x'\nhorizon = '366d'", "2:1", "up to 365d; found '366d'"),
        ("description = 'x'\nhorizon = '-1h'", "2:1", "above zero"),
        (HEAD + "seed = '7'", "3:1", "`seed` to be a whole number from 0 .*; found '7'"),
        (HEAD + "seed = -1", "3:1", "`seed`"),
        (HEAD + "seed = 0x" + "f" * 5000, "3:1", "too long to show"),
        (HEAD + "expect = 1", "3:1", "`expect` to be a table"),
        (HEAD + "[expect]\nalerts_min = -1", "4:1", "from 0 on; found -1"),
        (HEAD + "[expect]\nbreaks = 'a'", "4:1", "`breaks` to be a list"),
        (HEAD + "[expect]\ncheck_only = ['a',\n 'B c']", "5:2", "`check_only` .* found 'B c'"),
        (
            HEAD + "[expect]\ncheck_only = ['a']\nbreaks = ['a']",
            "5:1",
            "`check_only` and `breaks`; found a",
        ),
        (HEAD + "[fault]\nkind = 'missed-tick'", "3:1", r"each under a line \[\[fault\]\]"),
        (HEAD + "fault = [1]", "3:10", "a fault with its `kind`; found 1"),
        (HEAD + "[[fault]]\nafter = '1m'", "3:1", "`kind`; found none"),
        (HEAD + "[[fault]]\nkind = 'mised-tick'", "4:1", r"did you mean missed-tick\?"),
        (HEAD + MISSED + "[[fault]]\nkind = 'late-tick'", "6:1", "`after` of late-tick"),
        (HEAD + MISSED + "lats = '1m'", "6:1", r"a field of missed-tick.*did you mean lasts\?"),
        (HEAD + MISSED + "lasts = '1 minute'", "6:1", "found '1 minute'"),
        (HEAD + MISSED + "lasts = '0s'", "6:1", "`lasts` above zero"),
        (HEAD + MISSED + "lasts = '999999999d'", "6:1", "between zero and 365d"),
        (HEAD + MISSED + "times = 0", "6:1", "`times` from 1 to"),
        (
            HEAD + MISSED + "lasts = '60m'",
            "5:1",
            "horizon of 1h; found missed-tick reverted after 61m",
        ),
        (HEAD + MISSED + MISSED, "6:1", "one fault at a time for the rule's ticks"),
    ],
)
def test_mistake_is_reported_with_its_position(text: str, position: str, message: str) -> None:
    """A mistake is an error with file, line and column, what is expected, and what was found."""
    with pytest.raises(UsageError, match=message) as refusal:
        parse(text)
    assert f"x.toml:{position}" in refusal.value.found


@pytest.mark.parametrize("opening", ["[", "{ a = "])
def test_endless_nesting_is_refused(opening: str) -> None:
    """Text that would exhaust the parser, or what comes after it, is an error like any other."""
    closing = {"[": "]", "{ a = ": "}"}[opening]
    for depth in [*range(100, 1000, 7), 100_000]:
        with pytest.raises(UsageError, match=r"x\.toml"):
            parse(HEAD + f"a = {opening * depth}1{closing * depth}")


def test_first_mistake_comes_first() -> None:
    """Of several mistakes the first in the file is reported, with the number of others."""
    text = HEAD + "[[fault]]\nkind = 'x'\n[expect]\nalerts_min = 'x'\n"
    with pytest.raises(UsageError, match=r"`kind` .* \(1 more problem after it\)"):
        parse(text)
