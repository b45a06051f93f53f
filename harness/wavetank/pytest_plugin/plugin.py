"""The plug-in's entry point, which pytest loads wherever Wavetank is installed.

A suite that does not use it pays nothing: everything but pytest itself is imported, and the
environment changed, only when the first fixture is requested.
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
    from wavetank.pytest_plugin.test_context import RunContext
    from wavetank.pytest_plugin.virtual_clock import VirtualClock

    type Collected = pytest.Item | pytest.Collector | list[pytest.Item | pytest.Collector] | None

MARKS = (
    "fault(kind, **fields): a fault to inject in the runs of this test; fields as in scenarios",
    "scenario(name_or_path): the scenario of this test's runs, from its file",
)
OF_THE_SESSION = "wavetank_deployed"
"""The fixture that all fixtures in virtual time depend on; its name is unique."""
NO_PIPELINE = """\
expected a pipeline to test; found neither wavetank.toml nor a fixture; run `wavetank init`, or
define one in conftest.py:

    @pytest.fixture(scope="session")
    def wavetank_pipeline():
        return TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option `--wavetank-seed`."""
    group = parser.getgroup("wavetank", "Wavetank: a pipeline in virtual time")
    group.addoption(
        "--wavetank-seed",
        metavar="N",
        type=_seed,
        help="The seed of runs whose test gives none. Default: the scenario's, or 1.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marks."""
    for line in MARKS:
        config.addinivalue_line("markers", line)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Collector,
) -> Generator[None, "Collected", "Collected"]:
    """Checks the marks of each test while it is collected.

    Warnings of LocalStack are ignored in tests that have it in their process.
    """
    found = yield
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, pytest.Item):
            _check_marks(item, collector)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds reports of its runs to the report of a failed test."""
    report = yield
    if report.when == "call" and report.failed and uses_simulator(item):
        from wavetank.pytest_plugin.test_context import run_reports_of  # noqa: PLC0415 - see above

        report.sections.extend(("wavetank", run_report) for run_report in run_reports_of(item))
    return report


@pytest.fixture(scope="session")
def wavetank_pipeline(pytestconfig: pytest.Config) -> "Pipeline":
    """The pipeline of the project's `wavetank.toml`; a suite may override this fixture."""
    from wavetank.configuration.project import read_configuration  # noqa: PLC0415 - see above
    from wavetank.deployment.pipelines.selection import PipelineChoice  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.session_simulator import without_traceback  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.suite_project import suite_project  # noqa: PLC0415 - see above

    working = pytestconfig.invocation_params.dir
    with without_traceback():
        configuration = read_configuration(suite_project(pytestconfig.rootpath, working))
        if configuration is not None:
            choice = PipelineChoice().in_project(configuration)
            # A sandbox supports more than the simulator: each checks it when it deploys.
            return choice.unchecked_templates() or choice.pipeline()
    pytest.fail(NO_PIPELINE, pytrace=False)


@pytest.fixture(scope="session")
def wavetank_deployed(
    wavetank_pipeline: "Pipeline", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Deployed"]:
    """The pipeline in this process's simulator: one for all tests, since LocalStack is global."""
    from wavetank.pytest_plugin.session_simulator import deployed_simulator, without_traceback  # noqa: PLC0415 - see above

    tmp_path_factory.getbasetemp()  # later temporary files go to the simulator's folder
    with without_traceback(), deployed_simulator(wavetank_pipeline) as deployed:
        yield deployed


@pytest.fixture
def wavetank_start() -> "datetime":
    """When a run begins, in virtual time; a test may override this fixture."""
    from wavetank.simulation.runner import START  # noqa: PLC0415 - see above

    return START


@pytest.fixture
def wavetank_context(
    request: pytest.FixtureRequest,
    wavetank_start: "datetime",
    tmp_path_factory: pytest.TempPathFactory,
) -> "RunContext":
    """The scenario, seed and folder of this test."""
    from wavetank.pytest_plugin.session_simulator import without_traceback  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.test_context import context_of  # noqa: PLC0415 - see above

    with without_traceback():
        return context_of(request.node, wavetank_start, tmp_path_factory.mktemp("wavetank"))


@pytest.fixture
def simulator(
    wavetank_deployed: "Deployed", wavetank_pipeline: "Pipeline", wavetank_context: "RunContext"
) -> "SimulatorFixture":
    """The pipeline in virtual time; `simulator.run(minutes=10)` simulates a run."""
    from wavetank.pytest_plugin.session_simulator import without_traceback  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture  # noqa: PLC0415 - see above

    with without_traceback():
        wavetank_deployed.require(wavetank_pipeline)
    wavetank_deployed.simulator.reset()
    return SimulatorFixture(wavetank_deployed, wavetank_context)


@pytest.fixture
def virtual_clock(simulator: "SimulatorFixture") -> Iterator["VirtualClock"]:
    """The simulator's clock: `virtual_clock.advance(minutes=5)` runs everything due until then."""
    with simulator.stepped_by_clock() as clock:
        yield clock


@pytest.fixture(scope="session")
def sandbox(
    wavetank_pipeline: "Pipeline", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["LiveSandbox"]:
    """The pipeline on a separate LocalStack, in wall time, until the end of the session."""
    from wavetank.pytest_plugin.sandbox_fixture import live_sandbox  # noqa: PLC0415 - see above
    from wavetank.pytest_plugin.session_simulator import without_traceback  # noqa: PLC0415 - see above

    folder = tmp_path_factory.mktemp("wavetank-sandbox")
    with without_traceback(), live_sandbox(wavetank_pipeline, folder) as live:
        yield live


def uses_simulator(item: pytest.Item) -> bool:
    """Whether the test has a pipeline in virtual time."""
    return OF_THE_SESSION in getattr(item, "fixturenames", ())


def _check_marks(item: pytest.Item, collector: pytest.Collector) -> None:
    """Accepts the test unless one of its marks is invalid."""
    problem = None
    if uses_simulator(item):
        from wavetank.pytest_plugin.marks import problem_of  # noqa: PLC0415 - see above

        # Inserted first, so that the test's own filters take precedence.
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
