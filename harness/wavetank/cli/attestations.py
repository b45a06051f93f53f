"""What `run` and `test` write down of the bytes that passed, and what `deploy` shows of it."""

from pathlib import Path

from wavetank.cli.output import Output
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.settings import read_settings
from wavetank.deployment.attestation import SUITE, Attestation, Pass
from wavetank.deployment.fingerprint import Fingerprint, deployed_fingerprint, project_fingerprints
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.simulation.runner import RunResult, RunSpec

SHOWN = 5
"""So many of the latest passes are named; the file has all."""
DIGEST_CHARACTERS = 12


def attestation() -> Attestation:
    """Of this project's state folder."""
    return Attestation(read_settings().state_folder, WallClock())


def played_fingerprint(made: Simulator, pipeline: Pipeline) -> Fingerprint | None:
    """Of what the simulator has, and so of what is played; None for somebody's own templates."""
    if not isinstance(pipeline, TickerPipeline):
        return None
    return deployed_fingerprint(made.aws, pipeline.names)


def attest_run(
    fingerprint: Fingerprint | None, story: RunSpec, played: RunResult, output: Output
) -> None:
    """Writes down a run that was valid throughout; one that was to break something is no proof."""
    is_proof = played.exit_code is ExitCode.VALID and not story.scenario.expectations.breaks
    if fingerprint is None or not is_proof:
        return
    kept = attestation()
    kept.add(story.scenario.name, fingerprint, seed=story.seed, digest=played.digest)
    output.emit("attested", scenario=story.scenario.name, file=str(kept.path))


def attest_suite(before: list[Fingerprint], project_folder: Path) -> Path:
    """Writes down that the whole suite passed on the project's folder, which it deploys.

    Raises:
        UsageError: the folder has changed since the tests began.
    """
    if project_fingerprints(project_folder) != before:
        raise UsageError(
            "the handlers and templates to stay as they are while they are tested",
            "others than before the tests",
            "test again: nothing was written down of this run",
        )
    kept = attestation()
    for fingerprint in before:
        kept.add(SUITE, fingerprint)
    return kept.path


def require_passes(fingerprint: Fingerprint, untested: str | None, output: Output) -> list[Pass]:
    """What these bytes have passed, which is shown; none is enough with a reason for it.

    Raises:
        UsageError: they have passed nothing, and no reason is given.
    """
    kept = attestation()
    passes = kept.passes(fingerprint)
    for entry in passes[-SHOWN:]:
        output.say(f"these bytes passed {_shown(entry)}")
    output.emit("attestation", fingerprint=vars(fingerprint), passes=len(passes), untested=untested)
    if not passes and untested is None:
        changed = ", ".join(kept.nearest(fingerprint))
        raise UsageError(
            f"a run of these very bytes that passed, in {kept.path}",
            f"none; since the latest that did, other: {changed}" if changed else "none",
            "./wavetank test, or ./wavetank run a scenario; or say why not: --untested REASON",
        )
    if not passes:
        output.say(f"these bytes have passed nothing; deployed untested: {untested}")
    return passes


def _shown(entry: Pass) -> str:
    told = [entry.scenario]
    if entry.seed is not None:
        told.append(f"seed {entry.seed}")
    if entry.digest is not None:
        told.append(f"digest {entry.digest[:DIGEST_CHARACTERS]}")
    return f"{', '.join(told)}, at {entry.at} by version {entry.version}"
