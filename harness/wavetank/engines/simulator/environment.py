"""One execution environment in this process: the deployed handler, with its own global state.

The modules of its zip are its own, as `module_space` says. What AWS's runtime provides, mainly
boto3, is this process's, except boto3's default session, which holds credentials. AWS's own runtime
interface client imports the handler and serializes its result, as in a function's process. Only one
thread at a time runs between two AWS calls, so global state may be changed on entering and restored
on leaving.
"""

import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from awslambdaric import bootstrap as runtime_client
from awslambdaric.lambda_runtime_exception import FaultException
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from wavetank.aws.http_interception import default_session, use_default_session
from wavetank.core.command_process import SUPERVISION
from wavetank.emulator.lambda_.invocation_log import InvocationOutput, with_folders_of_aws
from wavetank.emulator.lambda_.outcome import (
    RESPONSE_BYTES_MAX,
    RUNTIME_SITE,
    TASK_ROOT,
    InvocationOutcome,
    raised,
    responded,
    response_too_large,
)
from wavetank.engines.simulator.function_log import FunctionLog, HandlerStreams
from wavetank.engines.simulator.layer_paths import refuse_layer_paths
from wavetank.engines.simulator.logging_space import LoggingSpace
from wavetank.engines.simulator.module_space import ModuleSpace
from wavetank.engines.simulator.variables import ThreadedEnvironment

SITE = str(Path(runtime_client.__file__).parents[1])
"""The folders of AWS's SDK and of AWS's runtime interface client in this process."""
OWN_MODULES = "wavetank."
RUNNING = threading.local()
"""The execution environment whose handler runs in this thread."""


def handlers_environment() -> "ExecutionEnvironment | None":
    """The execution environment whose handler is running in this thread."""
    return getattr(RUNNING, "environment", None)


def left_environment() -> "ExecutionEnvironment | None":
    """The execution environment whose handler waits in this thread, as in `outside_the_handler`."""
    return getattr(RUNNING, "left", None)


def is_a_handlers_thread() -> bool:
    """Whether a handler is running in this thread, or a thread of it."""
    return handlers_environment() is not None


@contextmanager
def outside_the_handler() -> Iterator[None]:
    """Leave the handler's global state while the body runs, if a handler runs in this thread."""
    environment = handlers_environment()
    if environment is None:
        yield
        return
    with environment.outside():
        yield


def take_output(chunk: bytes) -> bool:
    """Add what the handler of this thread has written to its log; False if no handler runs."""
    environment = handlers_environment()
    if environment is None:
        return False
    if chunk:
        environment.printed(chunk)
    return True


@dataclass(frozen=True, kw_only=True)
class LambdaContext:
    """The context object that Lambda passes to a handler.

    [Lambda developer guide, python-context]
    """

    aws_request_id: str
    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str
    function_version: str = "$LATEST"
    identity: None = None
    client_context: None = None
    remaining_milliseconds: Any = field(default=lambda: 0, repr=False)

    def get_remaining_time_in_millis(self) -> int:
        """How long until the function times out."""
        return int(self.remaining_milliseconds())


class HandlerCaller(Protocol):
    """Interface to what calls handlers instead of their environment: a debugger."""

    def call(self, handler: Any, event: object, context: LambdaContext) -> Any:
        """Call the handler in this thread, and return what it returns."""
        ...

    def raised(self, error: Exception, request: str) -> None:
        """Called in the thread of the handler that raised the error, or could not be imported."""
        ...


class ExecutionEnvironment:
    """An execution environment in this process: cold until its first invocation, then warm."""

    def __init__(
        self,
        folder: Path,
        handler: str,
        variables: Mapping[str, str],
        environ: ThreadedEnvironment,
        log: FunctionLog | None = None,
        layers: Sequence[Path] = (),
        caller: HandlerCaller | None = None,
    ) -> None:
        self._handler_name = handler
        self._caller = caller
        self._code = tuple(f"{each}{os.sep}" for each in (folder, *layers))
        self._variables = dict(variables)
        self._environ = environ
        self._folder = folder
        self._modules = ModuleSpace([folder, *layers], handler)
        self._loggers = LoggingSpace(variables)
        self.has_layers = bool(layers)
        if layers:
            refuse_layer_paths(_is_function_with_layers)
        self._session: object = None
        self._process_session: object = None
        self._handler: Any = None
        self._log = log or FunctionLog()
        # they differ in each process and on each host, and so would each run
        self._folders = {str(folder): TASK_ROOT, SITE: RUNTIME_SITE}
        self.output = InvocationOutput(folders=self._folders)
        """What the handler has written since its invocation began."""
        self._streams = HandlerStreams(take_output)
        self.log_stream = variables.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self._is_ended = False
        self._process_folder = -1
        self._function = variables.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self._marshal: Callable[[object], tuple[str | bytes, str]]

    @property
    def is_cold(self) -> bool:
        """Whether its modules have not been imported yet."""
        return self._handler is None

    def invoke(
        self, event: object, context: LambdaContext, failure: Exception | None = None
    ) -> InvocationOutcome:
        """Run the handler in this thread; an exception of it is its outcome, as on AWS.

        A `failure` is raised in place of the handler, before its module is imported.
        """
        self.output = InvocationOutput(folders=self._folders)
        self._loggers.begin(context.aws_request_id)
        self._enter()
        try:
            if failure is not None:
                raise failure  # noqa: TRY301 - in the place of what the handler would raise
            if self._handler is None:
                self._handler, self._marshal = self._import(), LambdaMarshaller().marshal_response
            answer, _ = self._marshal(self._call(json.loads(json.dumps(event)), context))
            return _responded(answer if isinstance(answer, bytes) else answer.encode())
        except Exception as error:  # noqa: BLE001 - whatever a handler raises
            if self._caller is not None:
                self._caller.raised(error, context.aws_request_id)
            request = "" if self._handler is None else context.aws_request_id
            body = _error_body(error, request, self._folders)
            self._loggers.log_error(json.loads(body))
            return raised(body)
        finally:
            self._log.collect(self.output, at_end=True)
            self._leave()
            self._log.write(context.function_name, context.aws_request_id, self.output)

    def run_thread(self, thread: threading.Thread, work: Callable[[], None]) -> None:
        """Run what a thread does that the handler has started, in that thread.

        An exception ends the thread only, and is printed.
        """
        self._enter()
        try:
            work()
        except SystemExit:
            pass
        except Exception:  # noqa: BLE001 - whatever a thread raises
            # not the hook of this process, as pytest's, to which it is no error of the handler's
            threading.__excepthook__(threading.ExceptHookArgs((*sys.exc_info(), thread)))
        finally:
            self._log.collect(self.output)
            self._leave()

    def printed(self, chunk: bytes) -> None:
        """The handler has written the text; after its process has ended it writes nothing."""
        if not self._is_ended:
            self._log.collect(self.output)
            self.output.add(chunk)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Leave the handler's global state while the body runs; called from within the handler."""
        self._log.collect(self.output)
        self._leave()
        RUNNING.left = self
        try:
            yield
        except Exception:  # an error of the handler, which only ends the invocation
            raise
        except BaseException:  # it was cancelled, or has exited: Lambda would not run its `finally`
            self._is_ended = True
            raise
        finally:
            self._enter()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Have the handler's global state while the body runs, which is itself one of `outside`."""
        self._enter()
        try:
            yield
        finally:
            self._leave()
            RUNNING.left = self

    def with_folders_of_aws(self, text: str) -> str:
        """The text with the paths that the function's files have on AWS."""
        return with_folders_of_aws(text, self._folders)

    def is_own_code(self, file: str) -> bool:
        """Whether the file is one of the function's code or of its layers."""
        return file.startswith(self._code)

    def _call(self, event: object, context: LambdaContext) -> Any:
        if self._caller is None:
            return self._handler(event, context)
        return self._caller.call(self._handler, event, context)

    def _enter(self) -> None:
        self._modules.enter()
        self._loggers.enter()
        self._process_session = default_session()
        use_default_session(self._session)
        self._environ.enter(self._variables)
        self._process_folder = os.open(".", os.O_RDONLY)
        os.chdir(self._folder)
        SUPERVISION.note_running(self._function)
        RUNNING.environment, RUNNING.left = self, None
        self._streams.enter()

    def _leave(self) -> None:
        self._streams.leave()
        RUNNING.environment = None
        SUPERVISION.note_running("")
        os.fchdir(self._process_folder)
        os.close(self._process_folder)
        self._environ.leave()
        self._session = default_session()
        use_default_session(self._process_session)
        self._loggers.leave()
        self._modules.leave()

    def _import(self) -> Any:
        importlib.invalidate_caches()
        return runtime_client._get_handler(self._handler_name)  # noqa: SLF001 - it has no public name


def _responded(body: bytes) -> InvocationOutcome:
    """The handler returned; too large an answer is an error."""
    return responded(body) if len(body) <= RESPONSE_BYTES_MAX else response_too_large()


def _is_function_with_layers() -> bool:
    environment = handlers_environment()
    return environment is not None and environment.has_layers


def _without_own_frames(raised_by: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame on that is not Wavetank's."""
    while raised_by is not None and raised_by.tb_frame.f_globals["__name__"].startswith(
        OWN_MODULES
    ):
        raised_by = raised_by.tb_next
    return raised_by


def _error_body(error: Exception, request: str, folders: Mapping[str, str]) -> bytes:
    """The error as AWS's runtime interface client reports it; an import error has no request."""
    if isinstance(error, FaultException):
        made = runtime_client.make_error(error.msg, error.exception_type, error.trace, request)
    else:
        raised_by = _without_own_frames(error.__traceback__)
        made = runtime_client.build_fault_result((type(error), error, raised_by), None)
        made["requestId"] = request
    return with_folders_of_aws(json.dumps(made), folders).encode()
