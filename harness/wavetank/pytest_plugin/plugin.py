"""What pytest loads, wherever Wavetank is installed.

It costs a suite that uses none of this nothing: all but pytest itself is imported, and the
environment touched, when the first fixture is asked for.
"""

import argparse
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from datetime import datetime

    from wavetank.deployment.pipelines.pipeline import Pipeline
    from wavetank.pytest_plugin.sandbox_fixture import LiveSandbox
    from wavetank.pytest_plugin.session_simulator import Deployed
    from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
    from wavetank.pytest_plugin.test_context import Case
    from wavetank.pytest_plugin.virtual_clock import VirtualClock

    type Collected = pytest.Item | pytest.Collector | list[pytest.Item | pytest.Collector] | None

MARKS = (
    "fault(kind, **fields): goes wrong in the runs of this test; fields as in scenarios",
    "scenario(name_or_path): the story of this test's runs, from a scenario's file",
)
OF_THE_SESSION = "wavetank_deployed"
"""The fixture behind all that play in virtual time; nobody else's has this name."""
NO_PIPELINE = """\
expected a fixture that says which pipeline is to be tested; found none; write one in conftest.py:

    @pytest.fixture(scope="session")
    def wavetank_pipeline():
        return TemplatesPipeline(pipeline=Path(__file__).parent / "template.yaml")
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    group = parser.getgroup("wavetank", "Wavetank: a pipeline in virtual time")
    group.addoption(
        "--wavetank-seed",
        metavar="N",
        type=_seed,
        help="The seed of all chance in runs whose test names none. Default: the scenario's, or 1.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marks known."""
    for line in MARKS:
        config.addinivalue_line("markers", line)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Collector,
) -> Generator[None, "Collected", "Collected"]:
    """Has the marks of each test checked while it is collected.

    LocalStack's own warnings are no concern of a test that has it in its process.
    """
    found = yield
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, pytest.Item):
            _take(item, collector)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds an account of its runs to the report of a test that failed."""
    report = yield
    if report.when == "call" and report.failed and plays(item):
        from wavetank.pytest_plugin.test_context import accounts_of  # noqa: PLC0415 - see above

        report.sections.extend(("wavetank", account) for account in accounts_of(item))
    return report


@pytest.fixture(scope="session")
def wavetank_pipeline() -> "Pipeline":
    """The pipeline under test; a suite that has one defines this fixture anew."""
    pytest.fail(NO_PIPELINE, pytrace=False)


@pytest.fixture(scope="session")
def wavetank_deployed(
    wavetank_pipeline: "Pipeline", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Deployed"]:
    """The pipeline in this process's simulator: one for all tests, since LocalStack is global."""
    from wavetank.pytest_plugin.session_simulator import deployed_simulator, plainly  # noqa: PLC0415 - see above

    tmp_path_factory.getbasetemp()  # now: later temporary files go to the simulator's folder
    with plainly(), deployed_simulator(wavetank_pipeline) as deployed:
        yield deployed


@pytest.fixture
def wavetank_start() -> "datetime":
    """When a run begins, in virtual time; a test that minds defines this fixture anew."""
    from wavetank.simulation.runner import START  # noqa: PLC0415 - see above

    return START


@pytest.fixture
def wavetank_case(
    request: pytest.FixtureRequest,
    wavetank_start: "datetime",
    tmp_path_factory: pytest.TempPathFactory,
) -> "Case":
    """What is this test's own."""
    from wavetank.pytest_plugin.session_simulator import plainly  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.test_context import case_of  # noqa: PLC0415 - see above

    with plainly():
        return case_of(request.node, wavetank_start, tmp_path_factory.mktemp("wavetank"))


@pytest.fixture
def simulator(
    wavetank_deployed: "Deployed", wavetank_pipeline: "Pipeline", wavetank_case: "Case"
) -> "SimulatorFixture":
    """The pipeline in virtual time, as it was deployed; `simulator.run(minutes=10)` plays a run."""
    from wavetank.pytest_plugin.session_simulator import plainly  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture  # noqa: PLC0415 - see above

    with plainly():
        wavetank_deployed.require(wavetank_pipeline)
    wavetank_deployed.simulator.reset()
    return SimulatorFixture(wavetank_deployed, wavetank_case)


@pytest.fixture
def virtual_clock(simulator: "SimulatorFixture") -> Iterator["VirtualClock"]:
    """The simulator's clock: `virtual_clock.advance(minutes=5)` runs everything due until then."""
    with simulator.moved_by_hand() as clock:
        yield clock


@pytest.fixture(scope="session")
def sandbox(
    wavetank_pipeline: "Pipeline", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["LiveSandbox"]:
    """The pipeline on a LocalStack of its own, in wall time, for as long as the session lasts."""
    from wavetank.pytest_plugin.sandbox_fixture import live_sandbox  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.session_simulator import plainly  # noqa: PLC0415 - see above

    folder = tmp_path_factory.mktemp("wavetank-sandbox")
    with plainly(), live_sandbox(wavetank_pipeline, folder) as live:
        yield live


def plays(item: pytest.Item) -> bool:
    """Whether the test has a pipeline in virtual time."""
    return OF_THE_SESSION in getattr(item, "fixturenames", ())


def _take(item: pytest.Item, collector: pytest.Collector) -> None:
    """Has pytest run the test, unless a mark of it is wrong."""
    problem = None
    if plays(item):
        from wavetank.pytest_plugin.marks import problem_of  # noqa: PLC0415 - see above

        item.add_marker(pytest.mark.filterwarnings("ignore"), append=False)
        problem = problem_of(item)
    elif item.get_closest_marker("fault"):
        from wavetank.pytest_plugin.collection_checks import misplaced_fault  # noqa: PLC0415 - see above

        problem = misplaced_fault(item)
    if problem:
        raise collector.CollectError(problem)


def _seed(text: str) -> int:
    from wavetank.scenario.schema import SEED_MAX  # noqa: PLC0415 - see above

    if not text.isdecimal() or int(text) > SEED_MAX:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on; found {text!r}")
    return int(text)
