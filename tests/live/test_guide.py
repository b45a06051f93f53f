"""docs/going-live.md, typed from its first command to its last, as far as that is had without AWS.

AWS's own addresses are answered by LocalStack. What only AWS answers is unknown there, and the
commands that check report the result by their exit code.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from tests.clocks import Hurrying
from tests.documents import commands, run
from tests.live.hosts import Host
from tests.live.mail import confirm
from tests.pretended_aws import pretended_aws
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import aws_target
from wavetank.cli.main import app
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import ExitCode
from wavetank.core.http_types import HttpRequest
from wavetank.core.naming import derive_names
from wavetank.live import deployed_target as place

GUIDE = "docs/going-live.md"
ADDRESS = "alerts@example.com"
NAMES = derive_names("Dora", "Explorer")
UNKNOWN_HERE = frozenset({"assess", "check", "plan"})
"""Commands that ask what cannot be answered here: quotas, drift, a reader in another account."""


@pytest.fixture
def state(localstack: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An account whose Firehose delivers before each read, without waiting."""

    def deliver(request: HttpRequest) -> None:
        if "list-type=2" in urlsplit(request.url).query:
            SandboxControls(localstack.endpoint).deliver_now()

    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    monkeypatch.setattr("wavetank.aws.target.AWS_PACE_SECONDS", 0.1)
    monkeypatch.setattr("wavetank.cli.teardown.WallClock", Hurrying)
    monkeypatch.setattr(place, "AWS_SETTLE_SECONDS", 1.0)
    with pretended_aws(monkeypatch, localstack.endpoint, deliver):
        yield tmp_path


def test_the_guide_leads_from_an_empty_account_and_back(localstack: Host, state: Path) -> None:
    """Each command succeeds, or is unknown if it checks; at the end nothing remains."""
    lines = commands(GUIDE)
    assert len(lines) == 11
    for line in lines:
        words = shlex.split(line)[1:]
        if "aws" not in words:  # in the simulator, of which a process has one
            done = run(line, {"WAVETANK_STATE": str(state)})
            assert done.code == ExitCode.VALID, f"{line}\n{done.out}\n{done.err}"
            continue
        typed = CliRunner().invoke(app, words)
        expected = ExitCode.UNKNOWN if words[0] in UNKNOWN_HERE else ExitCode.VALID
        assert typed.exit_code == expected, f"{line}\n{typed.output}\n{typed.exception!r}"
        if words[0] == "deploy":
            confirm(localstack.endpoint, ADDRESS)
            StreamingInvoker(aws_target(None).aws, NAMES).fire_and_wait(
                floor_to_minute(WallClock().now())
            )
    stacks = aws_target(None).aws.cloudformation.describe_stacks()["Stacks"]
    assert not {NAMES.storage_stack, NAMES.pipeline_stack} & {s["StackName"] for s in stacks}
