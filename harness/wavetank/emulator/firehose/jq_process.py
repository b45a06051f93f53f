"""Evaluates jq programs in child processes, one for each program, without access to this machine.

A process is kept alive, so that a record costs less than a millisecond. A program that has used up
its time is not run again for a while: a delivery stream would otherwise wait for it once a record.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.firehose import jq_worker

WALL_SECONDS_MAX = 10.0
"""How long an answer may take: a busy machine may delay the second of CPU time that it has."""
BARRED_SECONDS = 60.0
PROCESSES_MAX = 16
CHUNK_BYTES = 65536


class JqError(ValueError):
    """A jq program is invalid, has failed, or has used too much time or memory."""


class JqProcess:
    """A child process that evaluates one jq program; not thread-safe."""

    def __init__(self) -> None:
        found = find_spec("jq")
        assert found is not None  # it is one of the package's dependencies
        assert found.origin is not None  # it is a file
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", str(Path(jq_worker.__file__)), found.origin],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )

    def answer(self, request: Mapping[str, str]) -> Mapping[str, Any]:
        """The worker's answer.

        Raises:
            OSError: it has ended, or needs too long; the process can no longer be used.
            ValueError, RecursionError: the answer cannot be read.
        """
        assert self._process.stdin is not None  # it is a pipe
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        found: Mapping[str, Any] = json.loads(self._line())
        return found

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _line(self) -> bytes:
        assert self._process.stdout is not None  # it is a pipe
        output, line, poll = self._process.stdout.fileno(), bytearray(), select.poll()
        poll.register(output, select.POLLIN)
        while not line.endswith(b"\n"):
            is_ready = poll.poll(WALL_SECONDS_MAX * 1000)
            chunk = os.read(output, CHUNK_BYTES) if is_ready else b""
            if not chunk:
                raise OSError("it has used too much time or memory")
            line += chunk
        return bytes(line)


class JqProcesses:
    """Pool of child processes for the most recently used jq programs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._processes: OrderedDict[str, JqProcess] = OrderedDict()
        self._barred: dict[str, float] = {}

    def check(self, program: str) -> None:
        """Compile the program.

        Raises:
            JqError: it is invalid.
        """
        self._answer(program, {"program": program})

    def first(self, program: str, text: str) -> Any:
        """The first output of the program for the first JSON value in the text.

        Raises:
            JqError: there is none, or the program has failed.
        """
        answer = self._answer(program, {"program": program, "text": text})
        if "found" not in answer:
            raise JqError("it has no output")
        return answer["found"]

    def end(self) -> None:
        """End all processes."""
        with self._lock:
            while self._processes:
                self._processes.popitem()[1].end()

    def forget(self) -> None:
        """Use other processes in a forked process: these answer the one that started them."""
        self._lock, self._processes = threading.Lock(), OrderedDict()

    def _answer(self, program: str, request: Mapping[str, str]) -> Mapping[str, Any]:
        with self._lock:
            if self._clock.monotonic() < self._barred.get(program, 0.0):
                raise JqError(
                    f"it has used too much time or memory in the last {BARRED_SECONDS:g} s"
                )
            try:
                answer = self._process(program).answer(request)
            except (OSError, ValueError, RecursionError) as error:
                if (ended := self._processes.pop(program, None)) is not None:
                    ended.end()
                self._barred[program] = self._clock.monotonic() + BARRED_SECONDS
                raise JqError(str(error)) from error
        if "error" in answer:
            raise JqError(str(answer["error"]))
        return answer

    def _process(self, program: str) -> JqProcess:
        process = self._processes.pop(program, None) or JqProcess()
        self._processes[program] = process
        if len(self._processes) > PROCESSES_MAX:
            _, oldest = self._processes.popitem(last=False)
            oldest.end()
        return process


PROCESSES = JqProcesses(WallClock())
atexit.register(PROCESSES.end)
os.register_at_fork(after_in_child=PROCESSES.forget)
