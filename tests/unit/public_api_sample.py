"""A user's code with every public name; mypy checks that the types arrive through `py.typed`."""

from pathlib import Path
from typing import assert_type

from wavetank import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    Event,
    Finding,
    Invoked,
    LiveSandbox,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RecordsLost,
    RequestDiscarded,
    ScenarioResult,
    SimulatorFixture,
    TemplatesPipeline,
    Verdict,
    VirtualClock,
    ticker_pipeline,
)


def pipeline(folder: Path) -> TemplatesPipeline:
    """The fixture `wavetank_pipeline`."""
    return TemplatesPipeline(template=folder / "template.yaml", code=folder / "src")


def ticker(folder: Path) -> object:
    """The same fixture, for the ticker with a handler of its own."""
    return ticker_pipeline(handler=folder / "streaming.py", record_format="ndjson")


def simulated(simulator: SimulatorFixture, clock: VirtualClock, sandbox: LiveSandbox) -> None:
    """The fixtures and what they return."""
    simulator.answers("comprehend", "DetectSentiment", {"Sentiment": "POSITIVE"})
    simulator.answers("comprehend", "DetectSentiment", lambda _: {"Sentiment": "MIXED"})
    result = assert_type(simulator.run(minutes=15), ScenarioResult)
    assert_type(clock.finish(), ScenarioResult)
    assert_type(result.delivered, list[str])
    assert_type(sandbox.wait_until(lambda: 1, expected="a number"), int)
    for finding in result.findings:
        assert_type(finding, Finding)
        assert_type(finding.verdict, Verdict)


def events(result: ScenarioResult) -> list[Event]:
    """The typed events of a history."""
    for ended in result.of(AttemptEnded):
        assert_type(ended.outcome, Outcome)
    found: list[Event] = []
    for kind in (ApiCalled, AttemptBegan, RequestDiscarded, Invoked, MessageSent, ObjectDelivered):
        found.extend(result.of(kind))
    return [*found, *result.of(RecordsAccepted), *result.of(RecordsLost)]
