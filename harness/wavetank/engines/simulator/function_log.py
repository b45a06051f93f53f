"""Captures what functions print in the simulator in their own log.

In Lambda everything that a function's process writes to standard output or standard error goes to
its log in CloudWatch. Here the process is the simulator's, whose standard output is for results. So
both streams of `sys` lead to the log in a handler's thread, and, for writers that use the
descriptors directly (native code, child processes), the descriptors 1 and 2 lead to a file, whose
content belongs to the function that is running. [Lambda developer guide, monitoring-cloudwatchlogs]
"""

import ctypes
import fcntl
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

from wavetank.core.clock import WallClock, rfc3339
from wavetank.emulator.lambda_.invocation_log import InvocationOutput
from wavetank.emulator.patches import patch_of

STDIN, STDOUT, STDERR = 0, 1, 2
CHUNK_BYTES = 64 * 1024
LIBC = ctypes.CDLL(None)
STREAMS = {
    "stdin": patch_of("sys:stdin"),
    "stdout": patch_of("sys:stdout"),
    "stderr": patch_of("sys:stderr"),
}


class FunctionLog:
    """The log of all functions in a simulator, optionally written to a file.

    A line is an instant of virtual time, the function's name, the request and the text.
    """

    def __init__(self) -> None:
        self._file: Path | None = None
        self._descriptors: int | None = None

    @contextmanager
    def written_to(self, file: Path | None) -> Iterator[None]:
        """Write the log to the file while the body runs; created with the first line."""
        self._file = file
        try:
            yield
        finally:
            self._file = None

    def write(self, function: str, request: str, output: InvocationOutput) -> None:
        """Add all that an invocation has printed."""
        lines = output.lines()
        if self._file is None or not lines:
            return
        start = f"{rfc3339(_now())} {function} {request}"
        with self._file.open("a", encoding="utf-8", newline="\n") as log:
            log.writelines(f"{start} {line}\n" for line in lines)

    def collect(self, output: InvocationOutput, *, at_end: bool = False) -> None:
        """Move what was written to the descriptors 1 and 2 since the last call to the output.

        `at_end` of an invocation, native code's own buffers are flushed, too.
        """
        if self._descriptors is None:
            return
        if at_end:
            LIBC.fflush(None)
        size = os.fstat(self._descriptors).st_size
        if not size:
            return
        for offset in range(0, size, CHUNK_BYTES):
            output.add(os.pread(self._descriptors, CHUNK_BYTES, offset))
        os.ftruncate(self._descriptors, 0)

    @contextmanager
    def capturing_descriptors(self) -> Iterator[None]:
        """Capture what is written to the descriptors 1 and 2 while the body runs.

        Streams of `sys` that wrote there write to the same terminal, pipe or file as before.
        """
        with ExitStack() as stack:
            spool = stack.enter_context(TemporaryFile(buffering=0))
            # otherwise writers would continue at their old offset after it is truncated
            fcntl.fcntl(spool, fcntl.F_SETFL, os.O_APPEND)
            stack.enter_context(_moved("stdout", STDOUT, spool.fileno()))
            stack.enter_context(_moved("stderr", STDERR, spool.fileno()))
            self._descriptors = spool.fileno()
            try:
                yield
            finally:
                LIBC.fflush(
                    None
                )  # otherwise it would be flushed after the descriptors are restored
                self._descriptors = None


@contextmanager
def redirected_streams(take: Callable[[bytes], bool]) -> Iterator[None]:
    """Replace `sys.stdout`, `sys.stderr` and `sys.stdin` in handlers' threads while the body runs.

    `take` receives what is written in any thread; it returns False if no handler runs.
    """
    with ExitStack() as stack:
        for name, number in (("stdout", STDOUT), ("stderr", STDERR)):
            writer = _writer(take, number, getattr(sys, name))
            routed = _Routed(getattr(sys, name), writer, take)
            stack.enter_context(STREAMS[name].replaced(routed))
        nothing = stack.enter_context(Path(os.devnull).open(encoding="utf-8"))
        stack.enter_context(STREAMS["stdin"].replaced(_Routed(sys.stdin, nothing, take)))
        yield


class _Routed:
    """A stream of `sys`: the handler's in a handler's thread, the process's in every other."""

    def __init__(
        self, process: TextIO, handler: TextIO, is_handlers: Callable[[bytes], bool]
    ) -> None:
        self.__dict__.update(_process=process, _handler=handler, _is_handlers=is_handlers)

    def _current(self) -> Any:
        return self._handler if self._is_handlers(b"") else self._process

    def __getattr__(self, name: str) -> Any:
        return getattr(self._current(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._current(), name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __enter__(self) -> Any:
        return self._current().__enter__()

    def __exit__(self, *details: object) -> None:
        self._current().__exit__(*details)


class HandlerStreams:
    """The streams of `sys` of one environment, which its handler may replace, as in a process.

    pytest and a campaign's workers capture the process's streams themselves, and replace them for
    each test. There a handler's streams write to these, and to the log: `take` is as for
    `redirected_streams`, after which the handler has the process's.
    """

    def __init__(self, take: Callable[[bytes], bool]) -> None:
        self._copied = {"stdout": _Copied(take), "stderr": _Copied(take)}
        self._process: Mapping[str, Any] = {}
        self._given: Mapping[str, Any] = {}
        self._replaced: Mapping[str, Any] = {}

    def enter(self) -> None:
        """Put the streams in place of the process's, in the thread of a handler."""
        self._process = _streams()
        self._given = {name: self._stream(name, own) for name, own in self._process.items()}
        _use({**self._given, **self._replaced})

    def leave(self) -> None:
        """Undo `enter`; what the handler has replaced it finds again when it continues."""
        own = _streams()
        self._replaced = {name: own[name] for name in own if own[name] is not self._given[name]}
        _use(self._process)

    def _stream(self, name: str, process: TextIO) -> Any:
        copied = self._copied.get(name)
        if copied is None or isinstance(process, _Routed):
            return process
        copied.process = process
        return copied


def _streams() -> Mapping[str, Any]:
    return {name: patch.current() for name, patch in STREAMS.items()}


def _use(streams: Mapping[str, Any]) -> None:
    for name, stream in streams.items():
        STREAMS[name].apply(stream)


class _Copied:
    """A stream of the process whose text also goes to the log of the thread's handler."""

    process: TextIO

    def __init__(self, take: Callable[[bytes], bool]) -> None:
        self._take = take

    def write(self, text: str) -> int:
        self._take(text.encode(errors="backslashreplace"))
        return self.process.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.process, name)


class _LogWriter(io.RawIOBase):
    """A raw stream that writes to the log.

    A handler may store its stream globally, as `logging.basicConfig` does; what other threads write
    to it then goes to the process's own stream.
    """

    def __init__(self, take: Callable[[bytes], bool], number: int, process: TextIO) -> None:
        self._take = take
        self._number = number
        self._process = process

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, data: Any) -> int:
        chunk = bytes(data)
        if not self._take(chunk):
            self._process.write(chunk.decode(errors="replace"))
        return len(chunk)


def _writer(take: Callable[[bytes], bool], number: int, process: TextIO) -> TextIO:
    """An unbuffered stream: what a handler has written before it is killed is not lost."""
    raw: Any = _LogWriter(take, number, process)
    return io.TextIOWrapper(
        raw, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True
    )


@contextmanager
def _moved(name: str, number: int, to: int) -> Iterator[None]:
    """Redirect the descriptor; the stream of `sys` that used it still writes to the original."""
    stream: TextIO = getattr(sys, name)
    try:
        kept = os.dup(number)
    except OSError:  # the parent process closed it
        yield
        return
    uses = _number_of(stream) == number
    with ExitStack() as stack:
        stack.callback(os.close, kept)
        if uses:
            stream.flush()
            moved = os.fdopen(
                kept, "w", 1, encoding=stream.encoding, errors=stream.errors, closefd=False
            )
            stack.enter_context(moved)
            stack.enter_context(STREAMS[name].replaced(moved))
        os.dup2(to, number)
        stack.callback(os.dup2, kept, number)
        yield


def _number_of(stream: TextIO) -> int | None:
    with suppress(OSError, ValueError):  # a stream without a descriptor, as in tests
        return stream.fileno()
    return None


def _now() -> datetime:
    return WallClock().now()
