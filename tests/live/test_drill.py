"""A drill breaks the function in either way, is heard of, and leaves nothing broken behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from tests.clocks import Leaping
from tests.live.conftest import ADDRESS, MakePipeline, Pipeline
from tests.live.drills import drill_site
from tests.live.hosts import PROJECT, Host
from tests.live.mail import confirm
from tests.live.place import ADDRESS as UNCONFIRMED
from tests.live.place import Place
from tests.pretended_aws import ACCOUNT
from tests.waiting import wait_until_true
from wavetank.aws.clients import BotoCoreError
from wavetank.aws.invoker import StreamingInvoker
from wavetank.cli.main import app
from wavetank.cli.output import Output
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError
from wavetank.core.http_types import ConnectionLostError, HttpRequest, HttpResponse
from wavetank.faults.fault import StateFault
from wavetank.faults.functions import BrokenDeployment, NoConcurrency
from wavetank.live import revert_retry
from wavetank.live.drill.function_drill import FUNCTION_KINDS, DrillSite, run_drill
from wavetank.live.revert_journal import restore, revert_all
from wavetank.live.revert_retry import NotRestoredError
from wavetank.ticker.observers import last_tick, read_prices

KILLED = """
import sys
from pathlib import Path
from tests.live.drills import drill_site
from wavetank.aws.clients import sandbox_clients
from wavetank.faults.functions import BrokenDeployment
from wavetank.live.drill.function_drill import run_drill
from wavetank.core.naming import Names

endpoint, state, *names = sys.argv[1:]
site = drill_site(
    sandbox_clients(endpoint), Names(**dict(zip(names[::2], names[1::2], strict=True))), endpoint,
    Path(state), lambda _: None,
)
run_drill(site, BrokenDeployment, print)
"""


@pytest.fixture(scope="module")
def drilled(make_pipeline: MakePipeline) -> Pipeline:
    """One pipeline for all drills: each leaves it as it was."""
    return make_pipeline()


@pytest.fixture
def site(drilled: Pipeline, localstack: Host, tmp_path: Path) -> Iterator[DrillSite]:
    """Where to drill; afterwards the function must be what was deployed."""
    site = drill_site(drilled.aws, drilled.names, localstack.endpoint, tmp_path)
    yield site
    assert deployed_bytes_run(drilled)
    assert reserved_concurrency(site) is None


def reserved_concurrency(site: DrillSite) -> int | None:
    """Of the function that is drilled."""
    return site.target.resources.reserved_concurrency(site.names.streaming_function)


def deployed_bytes_run(pipeline: Pipeline) -> bool:
    """Whether Lambda's digest is that of the package that was deployed."""
    name = pipeline.names.streaming_function
    found = pipeline.aws.awslambda.get_function_configuration(FunctionName=name)["CodeSha256"]
    return found == pipeline.deployment.packages["streaming"].code_sha256


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (BrokenDeployment, "NameError"),
        (NoConcurrency, "ZeroReservedConcurrency"),
    ],
)
def test_the_drill_breaks_alerts_and_restores(
    kind: type[StateFault], reason: str, site: DrillSite, drilled: Pipeline
) -> None:
    """For each fault the alert says why, and the missed minute is delivered later."""
    tick = floor_to_minute(site.clock.now())
    result = run_drill(site, kind, lambda _: None)
    assert reason in result.alert.text
    assert result.alert.addresses == (ADDRESS,)
    assert (result.times.alerted > 2.5) == (kind is BrokenDeployment)  # two retries
    reached = last_tick(read_prices(drilled.aws, drilled.names.table))
    assert reached is not None
    assert reached >= tick
    assert site.target.journal.changes() == ()


def test_what_was_reserved_before_is_reserved_again(site: DrillSite) -> None:
    """A function that had concurrency of its own has as much after the drill."""
    name = site.names.streaming_function
    site.aws.awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    run_drill(site, NoConcurrency, lambda _: None)
    assert reserved_concurrency(site) == 2
    site.aws.awslambda.delete_function_concurrency(FunctionName=name)


@pytest.mark.parametrize("kind", FUNCTION_KINDS, ids=lambda kind: kind.kind)
def test_an_interrupted_drill_restores(
    kind: type[StateFault], drilled: Pipeline, tmp_path: Path
) -> None:
    """Ctrl-C while it waits leaves the pipeline as it was, and nothing to remember."""

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    site = drill_site(drilled.aws, drilled.names, "", tmp_path, interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_drill(site, kind, lambda _: None)
    assert deployed_bytes_run(drilled)
    assert reserved_concurrency(site) is None
    assert site.target.journal.changes() == ()


def test_a_killed_drill_is_found_and_put_back(
    site: DrillSite, drilled: Pipeline, localstack: Host, tmp_path: Path
) -> None:
    """Kill -9 leaves the code broken and a record of it; meanwhile no second drill begins."""
    names = [part for pair in vars(drilled.names).items() for part in pair]
    command = [sys.executable, "-c", KILLED, localstack.endpoint, str(tmp_path), *names]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    wait_until_true(lambda: not deployed_bytes_run(drilled), "the code to be broken", 60)
    assert not site.target.journal.left_behind()
    with pytest.raises(UsageError, match="one that is running"):
        run_drill(site, NoConcurrency, lambda _: None)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert site.target.journal.left_behind()
    (reverted,) = revert_all(site.target, Output(as_json=True))
    assert reverted.kind == "code"
    assert not site.target.journal.left_behind()


def test_an_unrecorded_change_is_reverted_on_request(site: DrillSite) -> None:
    """A drill of another machine's is seen by what it left: no concurrency, as here."""
    name = site.names.streaming_function
    site.aws.awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert restore(site.target, Output(as_json=True))
    assert not restore(site.target, Output(as_json=True))


def test_an_address_that_was_never_confirmed_keeps_the_drill_from_aws(place: Place) -> None:
    """Nothing is changed without a confirmed address; once it has confirmed the drill runs."""
    names = place.deploy()
    command = ["drill", "--target", "aws", "--name", names.full_name, "--yes", "--json"]
    refused = CliRunner().invoke(app, [*command, "--fault", "no-concurrency"])
    assert isinstance(refused.exception, UsageError)
    assert f"{UNCONFIRMED} still to be confirmed" in str(refused.exception)

    confirm(place.endpoint, UNCONFIRMED)
    done = CliRunner().invoke(app, [*command, "--fault", "no-concurrency"])
    assert done.exit_code == ExitCode.VALID, done.exception
    found = [json.loads(line) for line in done.stdout.splitlines()]
    (drill,) = [entry for entry in found if entry["event"] == "drill"]
    assert drill["alert"]["addresses"] == [UNCONFIRMED]
    assert drill["alert"]["seen_in"] == f"/aws/lambda/{names.notification_function}"
    asked = CliRunner().invoke(app, [*command[:-2], "--fault", "no-concurrency"])
    assert f"expected {names.stem} to be typed" in str(asked.exception)

    place.pretended.answers.append(lose_invocations)
    lost = CliRunner().invoke(app, command)
    place.pretended.answers.clear()
    assert isinstance(lost.exception, InfrastructureError)
    assert "the fault is reverted; check the network" in str(lost.exception)
    minute = floor_to_minute(WallClock().now())
    assert "records" in StreamingInvoker(place.aws, names).fire_and_wait(minute)


def lose_invocations(request: HttpRequest) -> HttpResponse | None:
    """The network is cut whenever somebody invokes."""
    if urlsplit(request.url).path.endswith("/invocations"):
        raise ConnectionLostError
    return None


def test_a_failed_restore_is_reported_and_repeated_later(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network stays away: the user hears that it is broken and how to fix it."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    monkeypatch.setattr(revert_retry, "RESTORE_SECONDS_MAX", 10.0)
    names, clock = place.deploy(), Leaping()
    site = drill_site(place.aws, names, place.endpoint, tmp_path, account=ACCOUNT)

    def lose_all(_: HttpRequest) -> HttpResponse | None:
        raise ConnectionLostError

    def cut(_: str) -> None:
        place.pretended.answers.append(lose_all)
        raise BotoCoreError

    lost = replace(site, find_alert=cut, target=replace(site.target, clock=clock))
    with pytest.raises(NotRestoredError, match=r"IT IS STILL BROKEN: .*drill --restore"):
        run_drill(lost, BrokenDeployment, lambda _: None)
    place.pretended.answers.clear()
    assert clock.waited_seconds > 4
    assert site.target.journal.left_behind()
    command = ["drill", "--target", "aws", "--name", names.stem, "--restore", "--json"]
    done = CliRunner().invoke(app, command)
    code = f"the code of {names.streaming_function} is broken"
    assert json.loads(done.stdout) == {"event": "restored", "changes": [code]}
    assert not site.target.journal.left_behind()
    again = CliRunner().invoke(app, command)
    assert "nothing to revert" in again.output
