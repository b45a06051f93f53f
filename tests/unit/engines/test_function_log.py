"""The streams of handlers that take turns in one process."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout

import pytest

from wavetank.engines.simulator.function_log import HandlerStreams, redirected_streams


class Log:
    """What handlers have written, while one of them runs."""

    def __init__(self) -> None:
        self.text = ""
        self.is_running = False

    def take(self, chunk: bytes) -> bool:
        """Add the text; False if no handler runs."""
        self.text += chunk.decode() if self.is_running else ""
        return self.is_running


@pytest.fixture
def log() -> Log:
    """The log of both handlers."""
    return Log()


@contextmanager
def entered(log: Log, streams: HandlerStreams) -> Iterator[None]:
    """The handler runs in the body, and waits for an AWS call afterwards."""
    streams.enter()
    log.is_running = True
    yield
    log.is_running = False
    streams.leave()


@pytest.mark.parametrize(
    ("capture", "shown"),
    [
        (redirected_streams, "process\n"),
        (lambda _: nullcontext(), "other\nprocess\nmine\n"),
    ],
    ids=["written to the log", "also shown"],
)
def test_a_stream_that_a_handler_replaces_is_its_own(
    log: Log,
    capsys: pytest.CaptureFixture[str],
    capture: Callable[[Callable[[bytes], bool]], AbstractContextManager[None]],
    shown: str,
) -> None:
    """Across its AWS calls, in which other handlers and the process have theirs."""
    one, other, own = HandlerStreams(log.take), HandlerStreams(log.take), io.StringIO()
    redirected = redirect_stdout(own)
    with capture(log.take):
        process = sys.stdout
        with entered(log, one):
            redirected.__enter__()
            sys.stdin = own
            sys.stdout.write("1\n")
        with entered(log, other):
            sys.stdout.write("other\n")
        sys.stdout.write("process\n")
        with entered(log, one):
            assert sys.stdin is own
            sys.stdout.write("2\n")
            redirected.__exit__(None, None, None)
            sys.stdout.write("mine\n")
        assert sys.stdout is process
        assert sys.stdin is not own
    assert own.getvalue() == "1\n2\n"
    assert log.text == "other\nmine\n"
    assert capsys.readouterr().out == shown


def test_a_handler_writes_to_the_stream_that_the_process_has_now(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    """As pytest replaces it for each test; a handler may have stored the one it had."""
    streams, shown = HandlerStreams(log.take), io.StringIO()
    with entered(log, streams):
        stored = sys.stdout
    with redirect_stdout(shown), entered(log, streams):
        stored.write("text")
    assert (log.text, shown.getvalue(), capsys.readouterr().out) == ("text", "text", "")
