"""A run stops at one of its events: with the state then, or in the handler's debugger."""

import bdb
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import NO_DURATIONS, START, Deployed
from tests.simulator.queues import QueueReader, deployed_function
from wavetank.history import ApiCalled, AttemptBegan, AttemptEnded, Event, StateEntry
from wavetank.simulation.event_stop import EventStop
from wavetank.simulation.handler_debugger import HandlerDebugger, RunStopped
from wavetank.simulation.run import Run, RunOptions

NAME = "speller"
SOURCE = b"""
import time
from concurrent.futures import ThreadPoolExecutor
import boto3

def handler(event, context):
    words = event["words"]
    sqs = boto3.client("sqs")
    def send(word):
        backwards = word[::-1]
        return sqs.send_message(QueueUrl=event["queue"], MessageBody=backwards)
    try:
        for word in words:
            send(word)
        with ThreadPoolExecutor(1) as pool:
            list(pool.map(send, event.get("threaded", [])))
    finally:
        sqs.purge_queue(QueueUrl=event["queue"])
    if event.get("fail"):
        problem = "spelled wrong"
        raise ValueError(problem)
"""


@pytest.fixture(scope="module")
def speller(deployed: Deployed) -> Iterator[QueueReader]:
    """A function that sends words backwards to a queue, and empties the queue at its end."""
    with deployed_function(deployed, NAME, SOURCE, "sqs:SendMessage", "sqs:PurgeQueue") as arns:
        yield QueueReader(deployed, *arns)


@dataclass
class Session:
    """Runs of the function with one event, each from the baseline, that stop somewhere."""

    function: QueueReader
    monkeypatch: pytest.MonkeyPatch
    queue: str
    wish: dict[str, Any]
    events: list[Event] = field(default_factory=list)

    def run(self, observe: Callable[[Event], None] = lambda _: None) -> list[Event]:
        """Runs it, and returns its events."""
        self.events.clear()
        options = RunOptions(
            scenario="words", seed=1, start=START, horizon=timedelta(), durations=NO_DURATIONS
        )

        def record(event: Event) -> None:
            self.events.append(event)
            observe(event)

        run = Run(self.function.deployed.simulator, options, record)
        with run.started():
            run.invoke(self.function.function, {"queue": self.queue, **self.wish})
            run.end(START)
        return list(self.events)

    def number(self, kind: type[Event], nth: int = 0) -> int:
        """The number of the nth event of that kind."""
        numbers = [n for n, event in enumerate(self.events, 1) if isinstance(event, kind)]
        return numbers[nth]

    def debug(self, number: int, *commands: str, began: AttemptBegan | None = None) -> bool:
        """Debugs the run with the commands at that event; returns whether it went to its end."""
        simulator = self.function.deployed.simulator
        debugger = HandlerDebugger(lambda: None)
        stop = EventStop(simulator, number, debugger, began)
        self.monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*commands, ""])))
        self.monkeypatch.setattr(simulator, "caller", debugger)
        try:
            self.run(stop.observe)
        except RunStopped:
            return False
        assert debugger.has_opened
        return True


@pytest.fixture
def session(
    speller: QueueReader, pipeline: Deployed, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """The function and its queue, in frozen time."""
    del pipeline
    speller.allow("sqs:SendMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage")
    queue = speller.queue("words")
    yield Session(speller, monkeypatch, queue, {"words": ["one", "two"]})
    speller.close()
    bdb.Breakpoint.clearBreakpoints()  # the standard library has them once for the process


def test_a_run_ends_at_the_event_with_the_state_of_that_moment(session: Session) -> None:
    """One of two words is sent, and what the handler does at its end has not happened."""
    session.run()
    stop = EventStop(session.function.deployed.simulator, session.number(ApiCalled))
    with pytest.raises(RunStopped):
        session.run(stop.observe)
    stopped = stop.stopped()
    assert [entry for each in stopped.state for entry in each.entries if each.kind == "queue"] == [
        StateEntry("eno")
    ]
    assert [each.function for each in stopped.running] == [NAME]
    assert isinstance(stopped.last.event, ApiCalled)


def test_the_debugger_opens_where_the_event_s_call_is_made(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the user's frame, whose callers are the user's; the call has taken effect."""
    history = session.run()
    receive = 'sqs.receive_message(QueueUrl=event["queue"], MaxNumberOfMessages=10)'
    count = f'len({receive}["Messages"])'
    commands = ("p backwards", "where", "up", "p words.index(word)", f"p {count}", "continue")
    assert session.debug(session.number(ApiCalled, 1), *commands)
    assert session.events == history  # the prompt's own call is none of them, and no fault
    shown = capsys.readouterr().out.split("(Pdb) ")
    assert shown[0].startswith("> /var/task/function.py(11)send()")
    assert shown[1] == "'owt'\n"
    assert [line for line in shown[2].splitlines() if line[2:].startswith("/")] == [
        "  /var/task/function.py(14)handler()",
        "> /var/task/function.py(11)send()",
    ]
    assert shown[4:6] == ["1\n", "2\n"]


def test_the_debugger_opens_at_the_first_line_of_an_attempt(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """And steps through the function's own code alone, also into what it prints at the prompt."""
    history = session.run()
    begin = session.number(AttemptBegan)
    assert session.debug(begin, "p event['words']", "!print('so')", "n", "n", "n", "n", "s", "c")
    assert session.events == history
    shown = capsys.readouterr().out.split("(Pdb) ")
    assert shown[0].startswith("> /var/task/function.py(7)handler()\n-> words =")
    assert shown[1:3] == ["['one', 'two']\n", "so\n"]
    places = [each.partition("\n")[0] for each in shown[3:8]]
    assert places == [f"> /var/task/function.py({n})handler()" for n in (8, 9, 12, 13, 14)]


def test_the_debugger_opens_in_a_thread_of_the_handler(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where that makes the call."""
    session.wish = {"words": [], "threaded": ["three"]}
    session.run()
    assert session.debug(session.number(ApiCalled), "p backwards", "c")
    shown = capsys.readouterr().out
    assert "function.py(11)send()" in shown
    assert "'eerht'" in shown


def test_the_debugger_opens_where_an_error_was_raised(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the end of an attempt by an error; the first attempt's, of those that Lambda makes."""
    session.wish = {"words": [], "fail": True}
    history = session.run()
    end = session.number(AttemptEnded)
    (began, *later) = [event for event in history if isinstance(event, AttemptBegan)]
    assert later
    assert session.debug(end, "p problem", "c", began=began)
    shown = capsys.readouterr().out
    assert shown.count("(Pdb) 'spelled wrong'") == 1
    assert "function.py(21)handler()" in shown
    assert session.events == history


def test_quitting_the_debugger_ends_the_run(session: Session) -> None:
    """There and then: the code that the handler has for its end calls nothing."""
    session.run()
    number = session.number(ApiCalled)
    assert not session.debug(number, "q")
    assert len(session.events) == number


def test_a_breakpoint_is_hit_in_later_calls(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is set at the prompt, by the line of the function's file."""
    session.run()
    begin = session.number(AttemptBegan)
    assert not session.debug(begin, "b 11", "c", "p word", "c", "p word", "q")
    shown = capsys.readouterr().out
    assert "(Pdb) 'one'" in shown
    assert "(Pdb) 'two'" in shown


def test_an_event_in_no_handler_ends_the_run(session: Session) -> None:
    """With a debugger that has not opened, so that the command can say so."""
    session.run()
    assert not session.debug(1, "c")
