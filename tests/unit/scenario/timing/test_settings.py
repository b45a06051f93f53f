"""The table `[durations]`: what wins, what is refused, and that it is written as it was read."""

from datetime import timedelta
from typing import Any

import pytest

from wavetank.core.field_values import FieldError
from wavetank.scenario.model import Scenario
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.scenario.timing.defaults import CALLS, COLD_START, HANDLER, OTHER
from wavetank.scenario.timing.settings import (
    Durations,
    durations_from_dict,
    durations_to_dict,
    durations_to_json,
)

SECOND = timedelta(seconds=1)
NOTHING = timedelta()
HALF = 0.5
FULL: dict[str, Any] = {
    "defaults": "none",
    "handler": "2s",
    "dynamodb": "1s",
    "s3:PutObject": "3s",
    "other": "4s",
    "functions": {"Importer": {"handler": "20ms to 2s", "cold_start": "5s"}},
}


def test_defaults_are_of_the_service_and_the_call() -> None:
    """A call without its own has its service's, and an unknown service that of others."""
    durations = Durations()
    assert durations.call("dynamodb", "Scan", HALF) == CALLS["dynamodb:Scan"].at(HALF)
    assert durations.call("dynamodb", "GetItem", HALF) == CALLS["dynamodb"].at(HALF)
    assert durations.call("polly", "SynthesizeSpeech", HALF) == CALLS[OTHER].at(HALF)
    assert durations.cold_start("Importer", HALF) == COLD_START.at(HALF)


def test_less_memory_is_a_slower_processor() -> None:
    """The default of a handler's own code is for one processor; more memory adds others."""
    durations, whole = Durations(), HANDLER.at(HALF)
    assert durations.handler("Importer", 1769, HALF) == whole == durations.handler("I", 8000, HALF)
    assert durations.handler("Importer", 128, HALF) > 13 * whole


def test_the_most_specific_key_wins() -> None:
    """A call before its service, and a function before all functions."""
    durations = durations_from_dict(FULL)
    assert durations.call("dynamodb", "Scan", HALF) == SECOND
    assert durations.call("s3", "PutObject", HALF) == 3 * SECOND
    assert durations.call("s3", "GetObject", HALF) == NOTHING
    assert durations.call("polly", "SynthesizeSpeech", HALF) == 4 * SECOND
    assert durations.handler("Importer", 128, 0) == timedelta(milliseconds=20)
    assert durations.handler("Exporter", 128, HALF) == 2 * SECOND
    assert durations.cold_start("Importer", HALF) == 5 * SECOND
    assert durations.cold_start("Exporter", HALF) == NOTHING


def test_a_duration_of_nothing_is_not_the_default() -> None:
    """`0s` is a duration as others are."""
    durations = durations_from_dict({"dynamodb": "0s", "handler": "0s", "cold_start": "0s"})
    assert durations.call("dynamodb", "GetItem", HALF) == NOTHING
    assert durations.handler("Importer", 128, HALF) == NOTHING
    assert durations.cold_start("Importer", HALF) == NOTHING


def test_it_is_written_as_it_was_read() -> None:
    """As a table, as JSON and in a scenario's file; the default is not written at all."""
    durations = durations_from_dict(FULL)
    assert durations_to_dict(durations) == FULL
    assert durations_to_json(durations_from_dict(FULL)) == durations_to_json(durations)
    scenario = Scenario(name="x", description="x", horizon=SECOND, durations=durations)
    read = parse_scenario("x", scenario_to_toml(scenario), "x.toml")
    assert {read} == {scenario}
    assert "durations" not in scenario_to_toml(
        Scenario(name="x", description="x", horizon=SECOND, durations=Durations())
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("durations = 3", "expected `durations` to be a table"),
        ('[durations]\ndynamo = "1s"', "'dynamo' at x.toml:4:1; did you mean dynamodb?"),
        ("[durations]\nhandler = 3", "expected `handler` to be a duration.* found 3 at x.toml:4:1"),
        ('[durations]\nhandler = "3s to 1s"', "the shorter one first"),
        (
            '[durations]\n"s3:PutObjekt" = "1s"',
            "'PutObjekt' at x.*; did you mean PutObject?",
        ),
        ('[durations]\n"other:X" = "1s"', "'other:X' at x.toml:4:1"),
        ('[durations]\ndefaults = "nothing"', "`defaults` to be one of aws, none"),
        ("[durations]\nfunctions = 3", "a table of functions, by name"),
        ("[durations.functions]\nx = 3", "a table with handler or cold_start"),
        ('[durations.functions.x]\nhandle = "1s"', "did you mean handler?"),
    ],
)
def test_mistakes_are_named(table: str, message: str) -> None:
    """With their place in the file."""
    with pytest.raises(Exception, match=message.replace("?", r"\?")):
        parse_scenario("x", f'description = "x"\nhorizon = "1h"\n{table}\n', "x.toml")


def test_a_test_gets_the_same_errors() -> None:
    """By name, from a dict."""
    with pytest.raises(FieldError, match=r"did you mean handler\?"):
        durations_from_dict({"functions": {"x": {"handel": "1s"}}})
