"""What a sandbox in Docker deploys at its start: the ticker by its own scripts, or nothing."""

import subprocess
from pathlib import Path

import pytest

from wavetank.core.naming import StreamNameCase
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.live.sandbox_plans import SandboxOptions, SandboxPlan, TemplatesPlan
from wavetank.live.sandbox_pipeline import SandboxPipeline

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


@pytest.mark.parametrize("script", ["10-deploy.sh", "20-first-tick.sh"])
@pytest.mark.parametrize(("plan", "calls"), [(TICKER, 1), (TEMPLATES, 0)])
def test_a_project_is_deployed_without_the_ticker(
    plan: SandboxOptions[SandboxPipeline], calls: int, script: str, tmp_path: Path
) -> None:
    """The container's scripts call `wavetank` for the ticker, and do nothing for templates."""
    program = tmp_path / "wavetank"
    program.write_text("#!/bin/sh\necho called\n")
    program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    defaults = {"WAVETANK_NAME": "Dora", "WAVETANK_PREFIX": "DE", "WAVETANK_EMAILS": ""}
    defaults |= {"WAVETANK_STREAM_NAME_CASE": "lower", "WAVETANK_SURNAME": ""}
    defaults |= {"WAVETANK_RECORD_FORMAT": "ndjson"}
    done = subprocess.run(
        ["/bin/sh", str(SCRIPTS / script)],
        env=defaults | plan.variables() | path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["called"] * calls), done.stderr
