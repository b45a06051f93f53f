"""Commands that are for the ticker alone, in a project of other templates."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand

from wavetank.cli.plan import plan
from wavetank.cli.teardown import teardown
from wavetank.core.errors import UsageError

COMMANDS: list[Callable[[], None]] = [
    lambda: plan(typer.Context(TyperCommand("plan"))),
    teardown,
]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_for_the_ticker_says_so_in_a_project(
    command: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`teardown` would say that nothing remains while the project's stack does."""
    (tmp_path / "template.yaml").write_text("Resources: {}")
    (tmp_path / "wavetank.toml").write_text('template = "template.yaml"')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"found the project of wavetank\.toml; \w+ .*\./wavetank"):
        command()
