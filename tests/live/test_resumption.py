"""A deployment to AWS that is cut off, wherever something changes, is only begun again."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.live.account import Account, Typed, hurry, somebody
from tests.live.conftest import Pipeline
from tests.live.hosts import Host
from tests.live.observed import observed
from tests.pretended_aws import PretendedAws, pretended_aws
from wavetank.core.errors import ExitCode, InfrastructureError
from wavetank.core.http_types import ConnectionLostError, HttpRequest, HttpResponse

READING = re.compile(r"Describe|Get|List|Scan")
RUNS_MAX = 60
RECORD = re.compile(r"deployments/.*\.json")
"""A record's key has the time in it."""
LOST_TO_THE_SDK = ("CreateChangeSet", "ExecuteChangeSet", "PutItem")


def change_of(request: HttpRequest) -> str:
    """What the request changes, in a line that is the same each time; nothing if it only reads."""
    parts = urlsplit(request.url)
    fields = parse_qs(request.body.decode(errors="replace")) if request.method == "POST" else {}
    named = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    operation = fields.get("Action", [named])[0]
    if request.method in {"GET", "HEAD"} or READING.match(operation):
        return ""
    if operation == "PutItem":
        operation += request.body.decode()
    stack = fields.get("StackName", [""])[0].split("/")
    name = stack[1] if len(stack) > 1 else stack[0]
    path = RECORD.sub("record", unquote(f"{parts.path}?{parts.query}"))
    return f"{request.method} {path} {operation} {name}"


class Cuts:
    """Takes the network away after each change that it has not done so for, until it is restored.

    The request takes effect, and its answer is lost: so the next deployment finds what one that is
    killed before its next request would leave. `by` is the error that the caller gets.
    """

    def __init__(self, pretended: PretendedAws) -> None:
        self._pretended = pretended
        self._down = False
        self.done: list[str] = []
        self.by: type[BaseException] = ConnectionLostError

    def restore(self) -> None:
        """The network is back."""
        self._down = False

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """What comes instead of AWS's answer."""
        if self._down:
            raise ConnectionLostError
        change = change_of(request)
        if not change or change in self.done:
            return None
        self._pretended.take(request)
        self.done.append(change)
        self._down = True
        raise self.by


@pytest.fixture
def account(localstack: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """An account whose network is down at once where it is down: the SDK does not try again."""
    hurry(monkeypatch, tmp_path, attempts=0)
    with pretended_aws(monkeypatch, localstack.endpoint) as pretended:
        account = Account(pretended, tmp_path)
        account.attest()
        yield account


def test_a_deployment_is_cut_at_every_change_and_comes_out_whole(
    account: Account, pipeline: Pipeline
) -> None:
    """By a lost connection or Ctrl-C in turns; what is there is what an uninterrupted one makes."""
    person, cuts = somebody(), Cuts(account.pretended)
    account.pretended.answers.append(cuts.answer)
    for _ in range(RUNS_MAX):
        before = len(cuts.done)
        cuts.by = KeyboardInterrupt if before % 2 else ConnectionLostError
        done = account.deploy(person)
        if len(cuts.done) == before:
            break
        says_how_to_go_on(done)
        cuts.restore()
    assert done.code == ExitCode.VALID, done.output
    assert "changed: nothing" in done.output
    assert len(cuts.done) > 18
    assert observed(account.clients, person.names) == observed(pipeline.aws, pipeline.names)


def says_how_to_go_on(done: Typed) -> None:
    """Whoever was cut off knows what to do."""
    if done.code == ExitCode.INTERRUPTED:
        assert "Run the same command again" in done.output
    else:
        assert isinstance(done.error, InfrastructureError), done.output
        assert "check the network, then run the same command again" in str(done.error)


def test_a_request_whose_response_is_lost_is_repeated(
    account: Account, monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline
) -> None:
    """The SDK sends the request a second time, though the first was taken: that is no failure."""
    monkeypatch.setattr("wavetank.aws.clients.AWS_ATTEMPTS_MAX", 2)
    person, lost = somebody(), []

    def lose(request: HttpRequest) -> HttpResponse | None:
        change = change_of(request)
        if change in lost or not any(name in change for name in LOST_TO_THE_SDK):
            return None
        account.pretended.take(request)
        lost.append(change)
        raise ConnectionLostError

    account.pretended.answers.append(lose)
    done = account.deploy(person)
    assert done.code == ExitCode.VALID, done.output + repr(done.error)
    assert len(lost) == 2 + 2 + 5
    assert observed(account.clients, person.names) == observed(pipeline.aws, pipeline.names)
