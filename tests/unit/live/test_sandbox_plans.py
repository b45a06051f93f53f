"""The scripts that a sandbox in Docker runs at its start, with what `up` gives them."""

import subprocess
from pathlib import Path

import pytest

from wavetank.core.naming import StreamNameCase
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_plans import SandboxOptions, SandboxPlan, TemplatesPlan

END_SECONDS_MAX = 30.0
SCRIPTS = Path("init/ready.d").absolute()
TICKER = SandboxPlan(
    retry_base_delay_seconds=60,
    port=None,
    first_name="Dora",
    surname="Explorer",
    prefix="DE",
    stream_name_case=StreamNameCase.LOWER,
    addresses=("alerts@example.com",),
    record_format="ndjson",
)
TEMPLATES = TemplatesPlan(
    retry_base_delay_seconds=60, port=None, pipeline=TemplatesPipeline(template=Path("t.yaml"))
)

DEFAULTS = {
    "WAVETANK_DEPLOY_CHANGES": "yes",
    "WAVETANK_EMAILS": "",
    "WAVETANK_NAME": "Dora",
    "WAVETANK_PREFIX": "DE",
    "WAVETANK_RECORD_FORMAT": "ndjson",
    "WAVETANK_STREAM_NAME_CASE": "lower",
    "WAVETANK_SURNAME": "",
}


def _program(folder: Path, line: str) -> dict[str, str]:
    """A `wavetank` of one line of shell, as the path of commands."""
    program = folder / "wavetank"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize("script", ["10-deploy.sh", "20-first-tick.sh"])
@pytest.mark.parametrize(("plan", "calls"), [(TICKER, 1), (TEMPLATES, 0)])
def test_a_project_is_deployed_without_the_ticker(
    plan: SandboxOptions[SandboxPipeline], calls: int, script: str, tmp_path: Path
) -> None:
    """The container's scripts call `wavetank` for the ticker, and do nothing for templates."""
    done = subprocess.run(
        ["/bin/sh", str(SCRIPTS / script)],
        env=DEFAULTS | plan.variables() | _program(tmp_path, "echo called"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["called"] * calls), done.stderr


@pytest.mark.parametrize("plan", [TICKER, TEMPLATES])
def test_what_watches_ends_with_localstack(
    plan: SandboxOptions[SandboxPipeline], tmp_path: Path
) -> None:
    """Its supervisor waits for all processes, and Docker restarts it only then.

    All of them hold the output of the script, which therefore ends when the last has ended.
    """
    localstack = f"/bin/sh -c '/bin/sh {SCRIPTS / '30-watch.sh'}; exit'"
    done = subprocess.run(
        ["/bin/sh", "-c", f"{localstack}; exit"],  # the supervisor, which waits for LocalStack
        env=DEFAULTS | plan.variables() | _program(tmp_path, "exec sleep 60"),
        capture_output=True,
        check=False,
        timeout=END_SECONDS_MAX,
    )
    assert done.returncode == 0
