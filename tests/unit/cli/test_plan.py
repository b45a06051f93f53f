"""`plan` in a project of other templates."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from wavetank.cli.main import app
from wavetank.core.errors import UsageError


def test_plan_is_refused_in_a_project_with_what_it_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, with the command that shows changes of a project's templates."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text("Resources: {}")
    (tmp_path / "wavetank.toml").write_text('template = "template.yaml"')
    refused = CliRunner().invoke(app, ["plan"]).exception
    assert isinstance(refused, UsageError)
    message = str(refused)
    assert message.startswith("plan previews deployments of the ticker only; run ./wavetank deploy")
    assert "\n" not in message
