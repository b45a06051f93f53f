"""LocalStack as a guarded child process: how it is configured, started, watched and stopped.

Nothing of the host's environment reaches it but PATH. It listens on loopback only, makes no
outgoing connection, and keeps everything it writes under one folder.
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
from wavetank.engines.service_catalog import keep_service_catalog, provide_service_catalog
from wavetank.engines.supervised_process import GuardedChild, Program, last_lines

SERVICES = (
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "events",
    "firehose",
    "iam",
    "lambda",
    "logs",
    "s3",
    "ses",
    "sns",
    "sqs",  # where LocalStack keeps asynchronous invocations
    "sts",
)
CORRECTIONS = {
    f"PROVIDER_OVERRIDE_{service}": "wavetank"
    for service in ("CLOUDFORMATION", "EVENTS", "FIREHOSE", "LAMBDA", "S3", "SNS", "STS")
}
"""Services whose provider is ours because LocalStack's does not do what AWS does."""
STOP_GRACE_SECONDS = 8.0
START_LIMITS = StallLimits(busy_seconds=300.0, idle_seconds=60.0)
"""A start takes 3 to 20 s of processor time."""
POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class LocalStackOptions:
    """How one LocalStack is to run.

    `port` None means 4566 where it is free, else any. `retry_base_delay_seconds` is Lambda's wait
    before the first asynchronous retry; the second waits twice as long. AWS waits 60 s.
    `snapshot_file` keeps what the pipeline holds over a stop; None keeps nothing.
    `enforce_access`: policies are. `verify_signatures`: of requests with keys that it has issued,
    and of presigned links. `confirm_emails` takes every address as confirmed;
    `mail_server` (host:port) gets all e-mail. `allowed_hosts` and `allowed_origins` are lists of
    what the HTTP guard lets in, as WAVETANK_ALLOWED_HOSTS and WAVETANK_ALLOWED_ORIGINS have them.
    `corrected` False leaves what LocalStack does in its own way where it can, to compare.
    `isolation` is the strongest isolation of functions to try. `functions_folder` is where their
    code is unpacked; None is among the sandbox's own temporary files.
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
        """LocalStack's whole environment.

        `OVERRIDE_IN_DOCKER` because LocalStack ignores FILESYSTEM_ROOT where it sees /.dockerenv;
        `TMPDIR` because it unpacks function code under the temporary folder, where two instances
        would meet; `DNS_ADDRESS` because its name server would listen on every interface.
        """
        return {
            "DISABLE_EVENTS": "1",
            "DNS_ADDRESS": "0",
            "EAGER_SERVICE_LOADING": "1",
            "FILESYSTEM_ROOT": str(self.folder / "root"),
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
            "HOME": str(self.folder / "home"),
            "LAMBDA_RETRY_BASE_DELAY": str(self.retry_base_delay_seconds),
            "LAMBDA_RUNTIME_EXECUTOR": "wavetank",
            "LANG": "C.UTF-8",
            "LOCALSTACK_HOST": f"127.0.0.1:{port}",
            "LS_LOG": "warning",
            "OVERRIDE_IN_DOCKER": "0",
            "PATH": self.path,
            "PROVIDER_OVERRIDE_DYNAMODB": "wavetank",
            "PYTHONUNBUFFERED": "1",
            "SERVICES": ",".join(SERVICES),
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "TMPDIR": str(self.folder / "tmp"),
            "WAVETANK_ACCESS": "enforce" if self.enforce_access and self.corrected else "off",
            "WAVETANK_ALLOWED_HOSTS": self.allowed_hosts,
            "WAVETANK_ALLOWED_ORIGINS": self.allowed_origins,
            "WAVETANK_CONFIRM_EMAILS": "yes" if self.confirm_emails else "no",
            "WAVETANK_SIGNATURES": "verify" if self._verifies() else "skip",
            "WAVETANK_ISOLATION": self.isolation,
            "WAVETANK_SMTP": self.mail_server or "",
            "WAVETANK_SNAPSHOT": str(self.snapshot_file or ""),
        } | self._of_some()

    def _of_some(self) -> dict[str, str]:
        """The variables that not every LocalStack has."""
        own = {"WAVETANK_FUNCTIONS": str(self.functions_folder)} if self.functions_folder else {}
        return own | (CORRECTIONS if self.corrected else {})

    def _verifies(self) -> bool:
        return self.verify_signatures and self.corrected


class PortTakenError(InfrastructureError):
    """Somebody else was quicker to listen on the port."""


class LocalStackChild:
    """A running LocalStack that ends with this process, however this process ends."""

    def __init__(self, options: LocalStackOptions, port: int, clock: Clock) -> None:
        folder = functions_folder(options.folder)
        self._options = replace(options, functions_folder=folder)
        self.port = port
        self._clock = clock
        self._child: GuardedChild | None = None
        self._process_id = 0
        self.endpoint = f"http://127.0.0.1:{port}"
        self.log_file = options.folder / "localstack.log"

    def start(self, on_wait: Callable[[float], None] = lambda _: None) -> None:
        """Starts it and returns when every init stage has completed without error.

        `on_wait` is called with the seconds waited so far, for whoever shows progress.

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
        keep_service_catalog(self._options.folder)

    def stop(self) -> None:
        """Asks it to shut down, and makes sure that it and all it started are gone."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()
        if self._options.functions_folder is not None:
            remove_functions_folder(self._options.functions_folder)

    def has_ended(self) -> bool:
        """Whether it went away by itself."""
        return self._child is None or self._child.has_ended()

    def process_id(self) -> int:
        """LocalStack's own process, 0 when it is not running."""
        return self._process_id

    def last_log_lines(self) -> str:
        """The end of its log, for error messages."""
        return last_lines(self.log_file)

    def _spawn(self) -> GuardedChild:
        program = Program(
            command=[sys.executable, "-m", "wavetank.emulator"],
            folder=self._options.folder,
            log_file=self.log_file,
            variables=self._options.variables(self.port),
            grace_seconds=STOP_GRACE_SECONDS,
            umask=PRIVATE_UMASK,
        )
        self._child = child = GuardedChild(program)
        self._process_id = child.process_id
        return child

    def _wait_until_ready(self, child: GuardedChild, on_wait: Callable[[float], None]) -> None:
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
        """Whether it says so itself: nobody is asked before it is this LocalStack that listens."""
        if not self._listens():
            if self._is_answered() and not self._listens():
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

    def _is_answered(self) -> bool:
        """Whether anybody listens at the port."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return True
        return False

    def _listens(self) -> bool:
        """Whether this LocalStack does; one that finds the port taken says so in its log only."""
        return self._child is not None and self._child.listens(self.port)

    def _failure(self, found: str) -> InfrastructureError:
        tail = self.last_log_lines()
        return InfrastructureError(
            "LocalStack to come up",
            f"{found} ({tail})" if tail else found,
            f"see {self.log_file}",
        )
