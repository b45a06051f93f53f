"""One execution environment, and a process that does all that is asked of it."""

import http.client
import os
import threading
from dataclasses import replace
from typing import Any

from tests.waiting import wait_until_true
from wavetank.core.clock import WallClock
from wavetank.emulator.lambda_.environment import Environment, FunctionSettings, InvokeRequest

PREFIX = "/2018-06-01/runtime/invocation"
SETTINGS = FunctionSettings(
    timeout_seconds=5,
    memory_mb=128,
    version="$LATEST",
    json_log=False,
    task_root="/task",
    runtime_site="/site",
)
REQUEST = InvokeRequest(request_id="r", payload=b"{}", function_arn="arn", trace_id="t")


class Obedient:
    """Asks the Runtime API for events and answers each; nothing is printed, and it never ends.

    With `asks_again` False it asks for one event only.
    """

    def __init__(self, address: str, *, asks_again: bool = True) -> None:
        self._asks_again = asks_again
        self.is_closed = False
        host, _, self._secret = address.partition("/")
        self._connection = http.client.HTTPConnection(host)
        self.output_fd, self._output = os.pipe()
        self.status_fd, self._status = os.pipe()
        self.is_frozen = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def freeze(self) -> None:
        self.is_frozen.set()

    def thaw(self) -> None:
        self.is_frozen.clear()

    def read_output(self) -> bytes:
        return b""

    def exit_status(self) -> None:
        return None

    def memory_bytes(self) -> int:
        return 0

    def scratch_is_full(self) -> bool:
        return False

    def peak_memory_mb(self) -> int:
        return 1

    def close(self) -> None:
        self.is_closed = True
        for descriptor in (self.output_fd, self._output, self.status_fd, self._status):
            os.close(descriptor)

    def _serve(self) -> None:
        while True:
            try:
                self._connection.request("GET", f"/{self._secret}{PREFIX}/next")
                request = self._connection.getresponse()
                request.read()
                name = request.getheader("Lambda-Runtime-Aws-Request-Id")
                self._connection.request(
                    "POST", f"/{self._secret}{PREFIX}/{name}/response", body=b"{}"
                )
                self._connection.getresponse().read()
                if not self._asks_again:
                    self._connection.close()
                    return
            except (OSError, http.client.HTTPException):
                return  # the environment has ended


def test_a_cold_start_is_reported_even_if_it_ended_before_the_event() -> None:
    """An environment is prepared before its caller's event, which may arrive later."""
    made: list[Any] = []

    def start(address: str) -> Any:
        made.append(Obedient(address))
        return made[-1]

    environment = Environment(SETTINGS, start, WallClock())
    environment.prepare()
    wait_until_true(made[0].is_frozen.is_set, "the process to be initialised")
    cold, warm = environment.invoke(REQUEST), environment.invoke(REQUEST)
    environment.end()
    assert cold.report.init_ms is not None
    assert 0 < cold.report.init_ms < 5000
    assert "Init Duration" in cold.log
    assert warm.report.init_ms is None
    assert len(made) == 1


def test_a_process_that_goes_on_after_its_answer_ends_when_its_time_is_up() -> None:
    """Its answer stands, and its time counts until it asks for the next event, as on AWS."""
    made: list[Any] = []

    def start(address: str) -> Any:
        made.append(Obedient(address, asks_again=bool(made)))
        return made[-1]

    environment = Environment(replace(SETTINGS, timeout_seconds=1), start, WallClock())
    first, second = environment.invoke(REQUEST), environment.invoke(REQUEST)
    ended = made[0].is_closed
    environment.end()
    assert (first.report.outcome.payload, first.report.outcome.is_error) == (b"{}", False)
    assert first.report.duration_ms >= 1000
    assert "Task timed out after 1.00 seconds" in first.log
    assert ended
    assert "Task timed out" not in second.log
    assert second.report.init_ms is not None
    assert len(made) == 2


def test_a_process_is_frozen_as_soon_as_it_has_been_answered_for() -> None:
    """Nothing of it runs between the caller's answer and the next event."""
    made: list[Any] = []

    def start(address: str) -> Any:
        made.append(Obedient(address))
        return made[-1]

    environment = Environment(SETTINGS, start, WallClock())
    frozen = []
    for _ in range(20):
        environment.invoke(REQUEST)
        frozen.append(made[0].is_frozen.is_set())
    environment.end()
    assert frozen == [True] * 20
