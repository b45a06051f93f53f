"""A deployment while events are in flight: what runs keeps its code, what begins has the new."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.conftest import Deployed
from tests.simulator.queues import NAME as READER
from tests.simulator.queues import deployed_function, queue_reader
from tests.simulator.runs import ScenarioRun, run_scenario
from wavetank.core.errors import UsageError
from wavetank.history import AttemptBegan, AttemptEnded, EventSettled, Settlement
from wavetank.scenario.parser import parse_scenario
from wavetank.simulation.runner import START

NAME = "versioned"
SOURCE = """
import time

def handler(event, context):
    time.sleep(event.get("sleep", 0))  # virtual time
    from late import VERSION
    raise RuntimeError("{version} of the handler, " + VERSION)
"""
HEAD = 'description = "x"\nhorizon = "4m"\nseed = 1\ndurations = { defaults = "none" }\n'


def files(version: str) -> dict[str, str]:
    """The files of a version of the function."""
    return {
        "function.py": SOURCE.replace("{version}", version),
        "late.py": f'VERSION = "{version} of what it imports late"',
    }


@pytest.fixture(scope="module")
def function(deployed: Deployed) -> Iterator[str]:
    """The first version, whose failed events are not retried."""
    sources = {name: text.encode() for name, text in files("v1").items()}
    aws = deployed.simulator.aws
    with deployed_function(deployed, NAME, sources, "logs:PutLogEvents") as (arn, _):
        aws.awslambda.put_function_event_invoke_config(FunctionName=NAME, MaximumRetryAttempts=0)
        yield arn
        aws.awslambda.delete_function_event_invoke_config(FunctionName=NAME)


@pytest.fixture
def new_code(tmp_path: Path) -> Path:
    """A folder with the second version."""
    folder = tmp_path / "new"
    folder.mkdir()
    for name, text in files("v2").items():
        (folder / name).write_text(text)
    return folder


def run(deployed: Deployed, code: Path | str, *invocations: tuple[int, int]) -> ScenarioRun:
    """A run with an invocation at each second, which sleeps that long; deployed from 30 s to 90 s.

    A deployment of no code is one of the same code.
    """
    fault = f'[[fault]]\nkind = "new-deployment"\nfunction = "{NAME}"\n'
    fault += f'after = "30s"\nlasts = "60s"\ncode = "{code}"\n'
    tables = [
        f'[[workload]]\nkind = "invoke"\ntarget = "{NAME}"\ncount = 1\nbegins = "{at}s"\n'
        f"body = {json.dumps(json.dumps({'sleep': sleep}))}\n"
        for at, sleep in invocations
    ]
    return run_scenario(deployed, parse_scenario("x", HEAD + fault + "".join(tables), "x.toml"))


def ends(found: ScenarioRun) -> list[tuple[float, str]]:
    """When each invocation of the function ended, and the versions that its error names."""
    return [
        ((each.at - START).total_seconds(), each.message)
        for each in found.of(AttemptEnded)
        if each.function == NAME
    ]


def version(name: str) -> str:
    """The error of a handler that has one version from its beginning to its end."""
    return f"{name} of the handler, {name} of what it imports late"


@pytest.mark.usefixtures("function")
def test_what_is_in_flight_keeps_its_code(deployed: Deployed, new_code: Path) -> None:
    """At the deployment and at the rollback, also for modules that it imports later."""
    found = run(deployed, new_code, (20, 15), (32, 0), (80, 15), (92, 0))
    assert ends(found) == [
        (32, version("v2")),
        (35, version("v1")),
        (92, version("v1")),
        (95, version("v2")),
    ]


@pytest.mark.usefixtures("function")
@pytest.mark.parametrize(
    ("instants", "cold"),
    [((10, 20, 40, 50, 100, 110), [True, False] * 3), ((10, 100), [True, True])],
)
def test_a_deployment_of_the_same_code_starts_cold(
    deployed: Deployed, instants: tuple[int, ...], cold: list[bool]
) -> None:
    """So does a rollback: what a handler has in memory is lost each time, and not in between."""
    found = run(deployed, "", *((at, 0) for at in instants))
    began = [each.cold for each in found.of(AttemptBegan) if each.function == NAME]
    assert began == cold
    assert {message for _, message in ends(found)} == {version("v1")}


def test_messages_are_read_meanwhile(deployed: Deployed, tmp_path: Path) -> None:
    """A message that the new code cannot read is received again, and the old code processes it."""
    (tmp_path / "function.py").write_text("def handler(event, context):\n    raise ValueError\n")
    with queue_reader(deployed) as reader:
        url = reader.queue("deployed-jobs", VisibilityTimeout="30")
        reader.map(url, BatchSize=1)
        workload = '[[workload]]\nkind = "send-message"\ntarget = "deployed-jobs"\ncount = 1\n'
        workload += 'begins = "50s"\nbody = "x"\n'
        fault = f'[[fault]]\nkind = "new-deployment"\nfunction = "{READER}"\n'
        fault += f'after = "30s"\nlasts = "60s"\ncode = "{tmp_path}"\n'
        found = run_scenario(deployed, parse_scenario("x", HEAD + fault + workload, "x.toml"))
        reader.close()
    settled = [each.settlement for each in found.of(EventSettled)]
    assert settled == [Settlement.RETURNED, Settlement.RETURNED, Settlement.PROCESSED]


@pytest.mark.usefixtures("function")
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("no/such", "the `code` of new-deployment to be a file or folder; found no/such"),
        ("empty", "found nothing in .*empty"),
    ],
)
def test_code_that_cannot_be_deployed_is_refused(
    deployed: Deployed, tmp_path: Path, code: str, message: str
) -> None:
    """Before the run."""
    (tmp_path / "empty").mkdir()
    given = tmp_path / code if code == "empty" else code
    with pytest.raises(UsageError, match=message):
        run(deployed, given)
