"""The executor that LocalStack's Lambda service calls, with `LAMBDA_RUNTIME_EXECUTOR=wavetank`.

LocalStack decides when an environment is created, reused and reaped after `LAMBDA_KEEPALIVE_MS`;
this adapter converts its function versions and payloads into ours. The process is started in
`start`, but its initialisation is awaited in `invoke`, where an error of it has a log to go to.
[LocalStack 4.14: services/lambda_/invocation/runtime_executor.py]
"""

import logging
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import (
    ArchiveCode,
    FunctionVersion,
    InvocationResult,
)
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import (
    LambdaRuntimeException,
    RuntimeExecutor,
)

from wavetank.core.clock import WallClock
from wavetank.emulator.lambda_.attempts import ATTEMPTS
from wavetank.emulator.lambda_.confinement import UNKNOWN
from wavetank.emulator.lambda_.environment import Environment, FunctionSettings, InvokeRequest
from wavetank.emulator.lambda_.folders import code_root, functions_folder, runtime_site
from wavetank.emulator.lambda_.function_users import (
    FUNCTION_USERS,
    hide_state,
    reserve_code,
    reserve_scratch,
)
from wavetank.emulator.lambda_.isolation import isolation
from wavetank.emulator.lambda_.layers import extract_layers, layers_folder
from wavetank.emulator.lambda_.outcome import TASK_ROOT
from wavetank.emulator.lambda_.packages import use_safe_unpacking
from wavetank.emulator.lambda_.process import FunctionCommand, FunctionProcess, Limits
from wavetank.emulator.lambda_.runtime_site import build_runtime_site
from wavetank.emulator.lambda_.runtimes import (
    ENTRY_POINT,
    OPT,
    RuntimeFamily,
    family_of,
    warn_of_substitution,
)
from wavetank.emulator.lambda_.variables import AWS_TMP, ProcessPaths, function_variables
from wavetank.emulator.settings import IsolationLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
PROVISIONED = "provisioned-concurrency"
PROVISIONED_INIT_SECONDS = 130.0
"""AWS's limit of the init phase with provisioned concurrency, unless the time-out is longer.
[Lambda developer guide: lambda-runtime-environment]"""


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Entry point by which LocalStack finds Wavetank's Lambda executor."""

    name = "wavetank"

    def load(self, *_: object, **__: object) -> type[RuntimeExecutor]:
        """The executor's class; LocalStack creates one object for each environment."""
        use_safe_unpacking()
        return ProcessRuntimeExecutor


class ProcessRuntimeExecutor(RuntimeExecutor):
    """An execution environment behind the interface of LocalStack's runtime executors."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002 - LocalStack's name
        super().__init__(id, function_version)
        self._prepared: Mapping[str, object] = {}
        self._clock = WallClock()
        self._busy = threading.Lock()
        self._stopping = False
        self._isolation = isolation()
        self._user = UNKNOWN
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._layers: Path | None = None
        self._reserve(id)
        settings = _settings(function_version, self._layers)
        self._environment = Environment(settings, self._process, self._clock)

    def start(self, env_vars: dict[str, str]) -> None:
        """Called once, before the first invocation.

        Raises:
            LambdaRuntimeException: the init phase of a provisioned environment fails.
        """
        self._prepared = env_vars
        if env_vars["AWS_LAMBDA_INITIALIZATION_TYPE"] != PROVISIONED:
            self._environment.prepare()
            return
        timeout = self.function_version.config.timeout
        with self._busy:
            is_ready = self._environment.initialise(max(PROVISIONED_INIT_SECONDS, timeout))
        if self._stopping or not is_ready:
            self.stop()
            raise LambdaRuntimeException("the init phase failed")

    def stop(self) -> None:
        """End the environment: at once if it is idle, otherwise as soon as its invocation ends."""
        self._stopping = True
        if self._busy.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._busy.release()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Runs the handler once."""
        request = InvokeRequest(
            request_id=payload["invoke-id"],
            payload=payload["payload"].encode(),
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
        )
        arn = self.function_version.id.unqualified_arn()
        with self._busy, ATTEMPTS.running(arn):
            result = self._environment.invoke(request)
        ATTEMPTS.note(arn, request.request_id, request.payload, result.report, self._clock.now())
        if self._stopping:
            self.stop()
        outcome = result.report.outcome
        return InvocationResult(request.request_id, outcome.payload, outcome.is_error, result.log)

    def get_logs(self) -> str:
        """Returns nothing: the logs are in the invocations' results."""
        return ""

    def get_address(self) -> str:
        """The host of the environment: this one."""
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        """The address at which the function reaches LocalStack."""
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        """The address for LocalStack's container runtime; this executor uses the Runtime API."""
        return f"http://{LOOPBACK}:{config.GATEWAY_LISTEN[0].port}"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack the code and the layers, and link the runtime's packages."""
        _code(function_version).prepare_for_execution()
        extract_layers(function_version.config.layers)
        if function_version.config.runtime:
            warn_of_substitution(function_version.config.runtime)
        if isolation().level is IsolationLevel.USERS:
            volume = Path(config.dirs.var_libs).parent
            hide_state([volume, Path(config.dirs.tmp)], [code_root()])
        build_runtime_site(runtime_site())

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Does nothing: LocalStack removes the code after the last version that uses it."""

    def _reserve(self, identifier: str) -> None:
        """Reserve the environment's resources: a user, a writable folder, its code."""
        if self._isolation.has_users:
            self._user = FUNCTION_USERS.take(self.function_version.id.unqualified_arn())
        layers = self.function_version.config.layers
        if self._isolation.has_private_root:
            self._layers = layers_folder(layers)
            return  # its /tmp is a file system of its own
        self._layers = layers_folder(layers, str(self._user))
        self._scratch = tempfile.TemporaryDirectory(
            prefix=f"lambda-{identifier[:8]}-tmp-", dir=functions_folder()
        )
        if self._user != UNKNOWN:
            reserve_scratch(Path(self._scratch.name), self._user)
            reserve_code(_code(self.function_version).get_unzipped_code_location(), self._user)
            if self._layers is not None:
                reserve_code(self._layers, self._user)

    def _end(self) -> None:
        self._environment.end()
        if self._scratch is not None:
            self._scratch.cleanup()
        if self._user != UNKNOWN:
            FUNCTION_USERS.release(self.function_version.id.unqualified_arn())
            self._user = UNKNOWN

    def _process(self, runtime_api: str) -> FunctionProcess:
        configuration = self.function_version.config
        task_root = _code(self.function_version).get_unzipped_code_location()
        scratch = Path(self._scratch.name) if self._scratch else AWS_TMP
        is_private = self._isolation.has_private_root
        place = ProcessPaths(
            task_root=Path(TASK_ROOT) if is_private else task_root,
            runtime_api=runtime_api,
            scratch=scratch,
            opt=OPT if is_private or self._layers is None else str(self._layers),
        )
        own = configuration.environment or {}
        runtime = configuration.runtime or "provided"
        command = FunctionCommand(
            name=self.function_version.id.function_name,
            isolation=self._isolation,
            variables=function_variables(self._prepared, own, runtime, place),
            task_root=task_root,
            runtime_site=runtime_site(),
            limits=Limits(
                memory_mb=configuration.memory_size, tmp_mb=configuration.ephemeral_storage.size
            ),
            scratch=(scratch,) if self._scratch else (),
            user=self._user,
            runtime=runtime,
            layers=self._layers,
        )
        return FunctionProcess(command)


def _code(function_version: FunctionVersion) -> ArchiveCode:
    code = function_version.config.code
    if code is None:
        message = f"{function_version.id.function_name} has no zip: container images are not run"
        raise LambdaRuntimeException(message)
    return code


def _settings(function_version: FunctionVersion, layers: Path | None) -> FunctionSettings:
    configuration = function_version.config
    code = _code(function_version).get_unzipped_code_location()
    folders = [code] if layers is None else [code, layers]
    is_os_only = family_of(configuration.runtime) is RuntimeFamily.OS_ONLY
    return FunctionSettings(
        timeout_seconds=configuration.timeout,
        memory_mb=configuration.memory_size,
        version=function_version.id.qualifier,
        json_log=configuration.logging_config.get("LogFormat") == "JSON",
        task_root=str(code),
        runtime_site=str(runtime_site()),
        layers=str(layers or ""),
        has_entry_point=not is_os_only or any((f / ENTRY_POINT).is_file() for f in folders),
    )
