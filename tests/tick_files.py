"""The files of the package whose code a simulated tick executes.

.venv/bin/python -m tests.tick_files    of this working copy, one file a line, then their number
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import CodeType

from tests.rules.source import ROOT
from wavetank.core.clock import WallClock
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.engines.simulator.startup import simulator
from wavetank.simulation.run import Run, RunOptions
from wavetank.simulation.runner import START

PACKAGE = str(ROOT / "harness" / "wavetank")
MINUTE = timedelta(minutes=1)
WARM = START + 3.5 * MINUTE
"""Three ticks are over: environments are warm, and what is loaded once is loaded."""


def main() -> None:
    """Run a few calm ticks, and write the files of the fourth."""
    pipeline = PipelineChoice().pipeline()
    options = RunOptions(scenario="ticks", seed=1, start=START, horizon=10 * MINUTE)
    with simulator() as made:
        pipeline.deploy(made.aws, WallClock())
        run = Run(made, options, lambda _: None)
        with run.started():
            run.run_until(WARM)
            with executed_files() as files:
                run.run_until(WARM + MINUTE)
    sys.stdout.writelines(f"{name}\n" for name in [*sorted(files), len(files)])


@contextmanager
def executed_files() -> Iterator[set[str]]:
    """The files of the package of which a function was called during the body."""
    files: set[str] = set()
    monitoring, tool = sys.monitoring, sys.monitoring.PROFILER_ID

    def take(code: CodeType, _: int) -> object:
        if code.co_filename.startswith(PACKAGE):
            files.add(code.co_filename.removeprefix(PACKAGE).lstrip("/"))
        return monitoring.DISABLE

    monitoring.use_tool_id(tool, "executed files")
    monitoring.register_callback(tool, monitoring.events.PY_START, take)
    monitoring.set_events(tool, monitoring.events.PY_START)
    try:
        yield files
    finally:
        monitoring.free_tool_id(tool)


if __name__ == "__main__":
    main()
