"""LocalStack as a supervised child process: its configuration, start and stop.

It inherits nothing of the host's environment but PATH. It listens on loopback only, makes no
connection to another machine, and writes all its files below one folder.
"""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from wavetank.core.clock import Clock, StallLimits, StallTimer
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.private_files import PRIVATE_UMASK, private_folder
from wavetank.emulator.settings import (
    IsolationLevel,
    parse_allowed_hosts,
    parse_allowed_origins,
)
from wavetank.emulator.sns.relay import parse_mail_server
from wavetank.engines.functions_folder import (
    functions_folder,
    make_functions_folder,
    remove_functions_folder,
)
from wavetank.engines.readiness import init_state
from wavetank.engines.service_catalog import provide_service_catalog, store_service_catalog
from wavetank.engines.supervised_process import Program, SupervisedProcess, last_lines

SERVICES = (
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "dynamodbstreams",
    "events",
    "firehose",
    "iam",
    "kinesis",
    "lambda",
    "logs",
    "s3",
    "scheduler",
    "ses",
    "sns",
    "sqs",  # LocalStack queues asynchronous invocations in it
    "sts",
)
CORRECTED = (
    *("CLOUDFORMATION", "DYNAMODB", "DYNAMODBSTREAMS", "EVENTS", "FIREHOSE", "KINESIS"),
    *("LAMBDA", "LOGS", "S3", "SCHEDULER", "SNS", "SQS", "STS"),
)
CORRECTIONS = {f"PROVIDER_OVERRIDE_{service}": "wavetank" for service in CORRECTED}
"""Services with a provider of ours, because LocalStack's behaves differently from AWS."""
STOP_GRACE_SECONDS = 8.0
INIT_SECONDS_MAX = 900
"""The longest init phase with provisioned concurrency. [Lambda developer guide:
lambda-runtime-environment]"""
START_LIMITS = StallLimits(busy_seconds=300.0, idle_seconds=60.0)
"""A start takes 3 to 20 s of processor time."""
POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class LocalStackOptions:
    """The options with which a LocalStack process is started.

    `port` None means 4566 if it is free, else any. `retry_base_delay_seconds` is Lambda's wait
    before the first asynchronous retry; the second waits twice as long. AWS waits 60 s.
    `snapshot_file` saves the pipeline's data over a stop; None saves nothing. `enforce_access`:
    whether policies are enforced. `verify_signatures`: whether requests with keys that the sandbox
    has issued, and presigned links, are verified. `confirm_emails` treats every address as
    confirmed; `mail_server` (host:port) receives all e-mail. `allowed_hosts` and `allowed_origins`
    are lists of what the HTTP guard admits, in the form of WAVETANK_ALLOWED_HOSTS and
    WAVETANK_ALLOWED_ORIGINS. `corrected` False leaves LocalStack's own behaviour unchanged where
    possible, for comparisons. `isolation` is the strongest isolation of functions to try.
    `functions_folder` is where their code is unpacked; None is among the sandbox's own temporary
    files.
    """

    folder: Path
    path: str
    port: int | None = None
    retry_base_delay_seconds: int = 60
    snapshot_file: Path | None = None
    enforce_access: bool = True
    verify_signatures: bool = True
    confirm_emails: bool = False
    mail_server: str | None = None
    allowed_hosts: str = ""
    allowed_origins: str = ""
    corrected: bool = True
    isolation: str = IsolationLevel.NAMESPACES
    functions_folder: Path | None = None

    def __post_init__(self) -> None:
        try:
            _ = self.mail_server and parse_mail_server(self.mail_server)
        except ValueError as error:
            raise UsageError(
                "a mail server as host:port", repr(self.mail_server), "correct WAVETANK_SMTP"
            ) from error

        if self.isolation not in list(IsolationLevel):
            levels = ", ".join(IsolationLevel)
            raise UsageError(f"one of {levels}", self.isolation, "correct WAVETANK_ISOLATION")
        try:
            parse_allowed_hosts(self.allowed_hosts)
            parse_allowed_origins(self.allowed_origins)
        except ValueError as error:
            variable, _, problem = str(error).partition(": ")
            expected, _, found = problem.removeprefix("expected ").partition("; found ")
            raise UsageError(expected, found, f"correct {variable}") from error

    def variables(self, port: int) -> dict[str, str]:
        """LocalStack's complete environment.

        `OVERRIDE_IN_DOCKER` because LocalStack ignores FILESYSTEM_ROOT if it finds /.dockerenv;
        `TMPDIR` because it unpacks function code under the temporary folder, where two instances
        would conflict; `DNS_ADDRESS` because its name server would listen on every interface.
        """
        return {
            "DISABLE_EVENTS": "1",
            "DNS_ADDRESS": "0",
            "EAGER_SERVICE_LOADING": "1",
            "FILESYSTEM_ROOT": str(self.folder / "root"),
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
            "HOME": str(self.folder / "home"),
            "LAMBDA_RETRY_BASE_DELAY": str(self.retry_base_delay_seconds),
            "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": str(INIT_SECONDS_MAX),
            "LAMBDA_RUNTIME_EXECUTOR": "wavetank",
            "LANG": "C.UTF-8",
            "LOCALSTACK_HOST": f"127.0.0.1:{port}",
            "LS_LOG": "warning",
            "OVERRIDE_IN_DOCKER": "0",
            "PATH": self.path,
            "PROVIDER_OVERRIDE_DYNAMODB": "moto",
            "PYTHONUNBUFFERED": "1",
            "SERVICES": ",".join(SERVICES),
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "STRICT_SERVICE_LOADING": "0",
            "TMPDIR": str(self.folder / "tmp"),
            "WAVETANK_ACCESS": "enforce" if self.enforce_access and self.corrected else "off",
            "WAVETANK_ALLOWED_HOSTS": self.allowed_hosts,
            "WAVETANK_ALLOWED_ORIGINS": self.allowed_origins,
            "WAVETANK_CONFIRM_EMAILS": "yes" if self.confirm_emails else "no",
            "WAVETANK_SIGNATURES": "verify" if self._verifies() else "skip",
            "WAVETANK_ISOLATION": self.isolation,
            "WAVETANK_SMTP": self.mail_server or "",
            "WAVETANK_SNAPSHOT": str(self.snapshot_file or ""),
        } | self._optional_variables()

    def _optional_variables(self) -> dict[str, str]:
        """The variables that depend on the options."""
        own = {"WAVETANK_FUNCTIONS": str(self.functions_folder)} if self.functions_folder else {}
        return own | (CORRECTIONS if self.corrected else {})

    def _verifies(self) -> bool:
        return self.verify_signatures and self.corrected


class PortTakenError(InfrastructureError):
    """Another program has started to listen on LocalStack's port."""


class LocalStackChild:
    """A LocalStack process that ends when this process ends, however that happens."""

    def __init__(self, options: LocalStackOptions, port: int, clock: Clock) -> None:
        folder = functions_folder(options.folder)
        self._options = replace(options, functions_folder=folder)
        self.port = port
        self._clock = clock
        self._child: SupervisedProcess | None = None
        self._process_id = 0
        self.endpoint = f"http://127.0.0.1:{port}"
        self.log_file = options.folder / "localstack.log"

    def start(self, on_wait: Callable[[float], None] = lambda _: None) -> None:
        """Start it and return when every init stage has completed without error.

        `on_wait` is called with the seconds waited so far, to show progress.

        Raises:
            InfrastructureError: it ended, an init script failed, or it did not become ready.
        """
        for name in ("root", "home", "tmp"):
            private_folder(self._options.folder / name)
        if self._options.functions_folder is not None:
            make_functions_folder(self._options.functions_folder)
        provide_service_catalog(self._options.folder)
        child = self._spawn()
        try:
            self._wait_until_ready(child, on_wait)
        except BaseException:
            self.stop()
            raise
        store_service_catalog(self._options.folder)

    def stop(self) -> None:
        """Ask it to shut down, and make sure that it and all its descendants have ended."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()
        if self._options.functions_folder is not None:
            remove_functions_folder(self._options.functions_folder)

    def has_ended(self) -> bool:
        """Whether it ended by itself."""
        return self._child is None or self._child.has_ended()

    def process_id(self) -> int:
        """The id of LocalStack's own process, 0 if it is not running."""
        return self._process_id

    def last_log_lines(self) -> str:
        """The end of its log, for error messages."""
        return last_lines(self.log_file)

    def _spawn(self) -> SupervisedProcess:
        program = Program(
            command=[sys.executable, "-m", "wavetank.emulator"],
            folder=self._options.folder,
            log_file=self.log_file,
            variables=self._options.variables(self.port),
            grace_seconds=STOP_GRACE_SECONDS,
            umask=PRIVATE_UMASK,
        )
        self._child = child = SupervisedProcess(program)
        self._process_id = child.process_id
        return child

    def _wait_until_ready(self, child: SupervisedProcess, on_wait: Callable[[float], None]) -> None:
        begun = self._clock.monotonic()
        timer = StallTimer(START_LIMITS, child.processor_seconds, self._clock)
        while not self._is_ready():
            waited = self._clock.monotonic() - begun
            on_wait(waited)
            if self.has_ended():
                raise self._failure("it ended while starting")
            if timer.is_stuck():
                raise self._failure(f"no readiness and no progress after {waited:.0f} s")
            self._clock.sleep(POLL_SECONDS)

    def _is_ready(self) -> bool:
        """Whether its init stages are complete; asked only once this LocalStack listens."""
        if not self._listens():
            if self._is_port_used() and not self._listens():
                raise PortTakenError(
                    f"LocalStack to listen on port {self.port}",
                    "another program listening there",
                    "choose another --port",
                )
            return False
        state = init_state(self.endpoint)
        if state is not None and state.failed:
            raise self._failure(f"init script {', '.join(state.failed)} in state ERROR")
        return state is not None and state.ready

    def _is_port_used(self) -> bool:
        """Whether any program listens on the port."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return True
        return False

    def _listens(self) -> bool:
        """Whether this LocalStack listens; if the port is in use, it only logs that."""
        return self._child is not None and self._child.listens(self.port)

    def _failure(self, found: str) -> InfrastructureError:
        tail = self.last_log_lines()
        return InfrastructureError(
            "LocalStack to start",
            f"{found} ({tail})" if tail else found,
            f"see {self.log_file}",
        )
