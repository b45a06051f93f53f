"""Saving a run with its verdicts and versions, and recording that these bytes passed it."""

import platform
from collections.abc import Callable, Mapping
from importlib import metadata

from wavetank.core.command_process import SUPERVISION
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.reporter import Reporter
from wavetank.deployment.attestation import project_attestation
from wavetank.deployment.fingerprint import Fingerprint
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import Event
from wavetank.scenario.run_store import RunSummary, SavedRun, project_runs
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.deployed_simulator import play_with_progress
from wavetank.simulation.runner import RunResult, RunSpec


def save_run(
    saved: SavedRun,
    spec: RunSpec,
    pipeline: Pipeline,
    result: RunResult,
    engine: EngineName = EngineName.SIMULATOR,
    versions: Mapping[str, str] | None = None,
) -> None:
    """Writes the run's summary beside its history; `versions` default to the simulator's.

    Raises:
        InfrastructureError: the disk does not take it.
    """
    saved.finish(
        RunSummary(
            scenario=spec.scenario.name,
            seed=spec.seed,
            digest=result.digest,
            pipeline=pipeline.options(),
            version=metadata.version("wavetank"),
            findings=result.findings,
            engine=engine,
            versions=_simulator_versions() if versions is None else versions,
        )
    )


def _simulator_versions() -> dict[str, str]:
    return {
        "localstack": metadata.version("localstack-core"),
        "botocore": metadata.version("botocore"),
        "python": platform.python_version(),
    }


def attest_run(
    fingerprint: Fingerprint | None, spec: RunSpec, result: RunResult, reporter: Reporter
) -> None:
    """Records that these bytes passed, if all verdicts are valid and none was expected to break."""
    passed = result.exit_code is ExitCode.VALID and not spec.scenario.expectations.breaks
    if fingerprint is None or not passed:
        return
    attestation = project_attestation()
    attestation.add(spec.scenario.name, fingerprint, seed=spec.seed, digest=result.digest)
    reporter.emit("attested", scenario=spec.scenario.name, file=str(attestation.path))


def simulate_and_save(
    made: Simulator,
    pipeline: Pipeline,
    spec: RunSpec,
    reporter: Reporter,
    *,
    name: str | None = None,
    observe: Callable[[Event], None] = lambda _: None,
) -> tuple[SavedRun, RunResult]:
    """Runs the scenario in the simulator and saves the run; `observe` gets each event.

    `name` is the name of the saved run without its seed; by default the scenario's.

    Raises:
        InfrastructureError: the disk does not take it.
        StuckError: a handler never came back.
    """
    scenario = spec.scenario
    saved = project_runs().new(name or scenario.name, spec.seed, scenario_to_toml(scenario))
    try:
        result = play_with_progress(made, pipeline, spec, saved.history, reporter, observe)
    except (KeyboardInterrupt, Exception) as error:
        # Native code that calls Python, such as the SDK's checksums, makes its own error of Ctrl-C.
        if not (isinstance(error, KeyboardInterrupt) or SUPERVISION.is_interrupted):
            raise
        reporter.say(f"stopped; the history until then is in {saved.history}")
        raise KeyboardInterrupt from error
    save_run(saved, spec, pipeline, result)
    return saved, result
