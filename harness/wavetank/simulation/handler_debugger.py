"""Python's debugger in the code of handlers, in a run whose virtual time stands still meanwhile.

Handlers run in threads of their own, one at a time, while the simulation waits. Until the debugger
opens, what they print goes to their log; from then on it goes to the terminal, in the order of the
session. Frames of libraries and of Wavetank are passed over: the debugger opens in the function's
own code, and steps through it alone.

At the prompt, calls of AWS are answered as usual, but are not part of the run: no fault hits them,
they take no time, and the history does not have them.
[CPython 3.13: Lib/bdb.py, Lib/pdb.py]
"""

import pdb  # noqa: T100 - users debug with it
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

from wavetank.core.command_process import SUPERVISION
from wavetank.engines.simulator.environment import (
    LambdaContext,
    handlers_environment,
    left_environment,
    outside_the_handler,
)
from wavetank.simulation.handler_task import outside_the_task, pause

OWN_PACKAGE = "wavetank"
NO_STOP = -1
"""The debugger's line number for going on to the next breakpoint. [bdb.Bdb.set_continue]"""


class RunStopped(BaseException):
    """Ends a run at the event that a user named, or because they quit the debugger.

    A BaseException, so that nothing that serves the handler's call takes it for an error.
    """


class HandlerDebugger:
    """Opens Python's debugger in a handler; implements `HandlerCaller`.

    `release_output` is called before it opens for the first time: from then on, handlers print to
    the terminal.
    """

    def __init__(self, release_output: Callable[[], None]) -> None:
        self._release_output = release_output
        self._pdb: _HandlerPdb | None = None
        self._begin = self._error = ""
        self.has_opened = False

    def await_begin(self, request: str) -> None:
        """Open at the first line of the handler when it is called next for the request.

        If its module cannot be imported, it opens where that fails.
        """
        self._begin = request

    def await_error(self, request: str) -> None:
        """Open where the handler raises an error that it does not catch, for the request."""
        self._error = request

    def open_in_call(self) -> None:
        """Open where the handler of this thread makes the call that is being served."""
        environment = left_environment()
        assert environment is not None  # a call is served outside of the handler's global state
        with environment.inside():
            self._opened().open_at(_calling_frame())

    def call(self, handler: Any, event: object, context: LambdaContext) -> Any:
        """Call the handler; in the debugger if its request is awaited, or has breakpoints."""
        if context.aws_request_id == self._begin:
            self._begin = ""
            return self._opened().call_handler(handler, event, context)
        if self._pdb is not None and self._pdb.breaks:
            sys.settrace(self._pdb.trace_dispatch)
        return handler(event, context)

    def raised(self, error: Exception, request: str) -> None:
        """Open where the error was raised, if it is awaited."""
        if request in {self._begin, self._error}:
            self._begin = self._error = ""
            self._opened().open_at_error(error)

    def _opened(self) -> "_HandlerPdb":
        self.has_opened = True
        if self._pdb is None:
            with outside_the_handler():  # whose streams would be restored to those of before
                self._release_output()
                self._pdb = _HandlerPdb()
        return self._pdb


class _HandlerPdb(pdb.Pdb):
    """Python's debugger, which stops in code of functions alone, and ends the run when it is quit.

    It reads and writes where the process does, whatever the streams of the handler are.
    """

    def __init__(self) -> None:
        super().__init__(nosigint=True)  # signals belong to the main thread

    def open_at(self, frame: FrameType) -> None:
        """Open in a frame that is in the middle of a call."""
        self.reset()
        self.enterframe = self.botframe = frame
        each: FrameType | None = frame
        while each is not None:
            if _is_own_code(each):
                each.f_trace = self.trace_dispatch
            self.botframe = each
            each = each.f_back
        self.interaction(frame, None)
        if self.breaks or self.stoplineno != NO_STOP:
            sys.settrace(self.trace_dispatch)

    def open_at_error(self, error: Exception) -> None:
        """Open where the error was raised."""
        self.reset()
        sys.settrace(None)
        self.interaction(None, error)

    def call_handler(self, handler: Any, event: object, context: LambdaContext) -> Any:
        """Call the handler, and open at its first line."""
        self.reset()
        sys.settrace(self.trace_dispatch)
        return handler(event, context)

    def stop_here(self, frame: FrameType) -> bool:
        """Whether to stop in the frame."""
        return _is_own_code(frame) and bool(super().stop_here(frame))

    def get_stack(self, f: FrameType | None, t: Any) -> tuple[list[tuple[FrameType, int]], int]:
        """The stack from the function's own code on, and the index of the frame to show."""
        stack, index = super().get_stack(f, t)
        own = (number for number, (frame, _) in enumerate(stack) if _is_own_code(frame))
        first = next(own, 0)
        return stack[first:], max(0, index - first)

    def format_stack_entry(self, frame_lineno: tuple[FrameType, int], lprefix: str = ": ") -> str:
        """The entry with the path that the file has on AWS, as in logs."""
        text = super().format_stack_entry(frame_lineno, lprefix)
        environment = handlers_environment()
        return text if environment is None else environment.with_folders_of_aws(text)

    def interaction(self, frame: FrameType | None, tb_or_exc: Any) -> None:
        """Read commands until one continues the handler."""
        SUPERVISION.ignores_interrupts = True
        with outside_the_task(), redirect_stdout(self.stdout), redirect_stderr(self.stdout):
            super().interaction(frame, tb_or_exc)
        # The main thread may see a Ctrl-C at the prompt only now; a replay that ends ends as it is.
        SUPERVISION.ignores_interrupts = self.quitting
        if self.quitting:
            with outside_the_handler():
                pause(RunStopped())


def _calling_frame() -> FrameType:
    """The innermost frame of the function's own code in this thread.

    A thread pool may make a call without any: then the innermost of a library.
    """
    frames = list(_frames(sys._getframe()))  # noqa: SLF001 - documented for debuggers
    own = (frame for frame in frames if _is_own_code(frame))
    others = (frame for frame in frames if not _is_wavetanks(frame))
    return next(own, None) or next(others, frames[0])


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_own_code(frame: FrameType) -> bool:
    environment = handlers_environment()
    return environment is not None and environment.is_own_code(frame.f_code.co_filename)


def _is_wavetanks(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == OWN_PACKAGE
