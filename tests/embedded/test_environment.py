"""One execution environment, and a process that does all that is asked of it."""

import http.client
import os
import threading
from typing import Any

from tests.waiting import wait_until_true
from wavetank.clock import WallClock
from wavetank.emulator.executor.environment import Environment, FunctionSettings, Request

PREFIX = "/2018-06-01/runtime/invocation"
SETTINGS = FunctionSettings(
    timeout_seconds=5,
    memory_mb=128,
    version="$LATEST",
    json_log=False,
    task_root="/task",
    runtime_site="/site",
)
REQUEST = Request(request_id="r", payload=b"{}", function_arn="arn", trace_id="t")


class Obedient:
    """Asks the Runtime API for events and answers each; nothing is printed, and it never ends."""

    def __init__(self, address: str) -> None:
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
            except (OSError, http.client.HTTPException):
                return  # the environment has ended


def test_a_cold_start_is_told_though_it_was_over_before_the_event_came() -> None:
    """An environment is prepared while its caller is on the way, who may be the slower one."""
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
