"""Simulation testing for serverless pipelines on AWS.

Real handlers and CloudFormation templates run on LocalStack in virtual time, faults are injected
on purpose, and invariants are checked on the recorded history. The names below are the public API,
for tests of a repository of your own; `docs/testing-your-own-pipeline.md` explains them.
"""

from importlib import import_module  # noqa: TID251 - a suite that uses no name must not pay for it
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wavetank.core.findings import Finding, Verdict
    from wavetank.deployment.pipelines.selection import ticker_pipeline
    from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
    from wavetank.history import (
        ApiCalled,
        AttemptBegan,
        AttemptEnded,
        Event,
        Invoked,
        MessageSent,
        ObjectDelivered,
        Outcome,
        RecordsAccepted,
        RecordsLost,
        RequestDiscarded,
    )
    from wavetank.pytest_plugin.result import ScenarioResult
    from wavetank.pytest_plugin.sandbox_fixture import LiveSandbox
    from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
    from wavetank.pytest_plugin.virtual_clock import VirtualClock

__all__ = [
    "ApiCalled",
    "AttemptBegan",
    "AttemptEnded",
    "Event",
    "Finding",
    "Invoked",
    "LiveSandbox",
    "MessageSent",
    "ObjectDelivered",
    "Outcome",
    "RecordsAccepted",
    "RecordsLost",
    "RequestDiscarded",
    "ScenarioResult",
    "SimulatorFixture",
    "TemplatesPipeline",
    "Verdict",
    "VirtualClock",
    "ticker_pipeline",
]

_MODULES = {
    "Finding": "core.findings",
    "LiveSandbox": "pytest_plugin.sandbox_fixture",
    "ScenarioResult": "pytest_plugin.result",
    "SimulatorFixture": "pytest_plugin.simulator_fixture",
    "TemplatesPipeline": "deployment.pipelines.user_pipeline",
    "Verdict": "core.findings",
    "VirtualClock": "pytest_plugin.virtual_clock",
    "ticker_pipeline": "deployment.pipelines.selection",
}
"""Where each name is defined; those that are not listed are events, in `wavetank.history`."""


def __getattr__(name: str) -> object:
    """Imports a public name when it is first used.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'history')}"), name)
