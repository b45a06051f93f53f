"""What a deployment to AWS requires before it begins."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from wavetank.cli.output import Output
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.deployment.attestation import SUITE, Attestation, require_passes
from wavetank.deployment.fingerprint import Fingerprint
from wavetank.deployment.promotion import refuse_blockers

BYTES = Fingerprint(
    streaming="s", notification="n", storage_template="a", pipeline_template="b", record_format="f"
)


def _output() -> tuple[Output, io.StringIO]:
    text = io.StringIO()
    console = Console(file=text, width=200)
    return Output(as_json=False, console=console, progress=console), text


def test_what_is_unknown_blocks_no_deployment() -> None:
    """The credentials may not be allowed to read it; CloudFormation reports what it lacks."""
    valid, unknown = (Finding("a quota", v, "5 of 10") for v in (Verdict.VALID, Verdict.UNKNOWN))
    blocker = Finding("a free bucket name", Verdict.INVALID, "taken", "bucket", "choose another")
    refuse_blockers([valid, unknown])
    with pytest.raises(UsageError, match="a free bucket name; found taken"):
        refuse_blockers([unknown, blocker])


def test_bytes_that_passed_nothing_need_a_reason(tmp_path: Path) -> None:
    """The reason is shown; without one the deployment is refused."""
    attestation = Attestation(tmp_path, WallClock())
    output, text = _output()
    with pytest.raises(UsageError, match="a passed run of exactly these bytes"):
        require_passes(attestation, BYTES, None, output)
    assert require_passes(attestation, BYTES, "a hot fix", output) == []
    assert "deployed untested: a hot fix" in text.getvalue()


def test_the_latest_passes_are_listed(tmp_path: Path) -> None:
    """Five of them, although all count."""
    attestation = Attestation(tmp_path, WallClock())
    for seed in range(6):
        attestation.add("calm-day", BYTES, seed=seed, digest="d" * 64)
    attestation.add(SUITE, BYTES)
    output, text = _output()
    assert len(require_passes(attestation, BYTES, None, output)) == 7
    shown = text.getvalue().splitlines()
    assert [line.partition(", at")[0] for line in shown] == [
        *(f"these bytes passed calm-day, seed {n}, digest dddddddddddd" for n in range(2, 6)),
        "these bytes passed test",
    ]
