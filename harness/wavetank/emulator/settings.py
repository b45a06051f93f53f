"""The settings of the plug-ins, read from LocalStack's environment; the only reader of it.

LocalStack is a process of its own, often in a container: the settings of the command line reach it
as variables, set by the engine that starts it or by docker-compose.yml.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wavetank.emulator.http_guard.origins import normalized_origin
from wavetank.emulator.http_guard.targets import NotCanonicalError, parse_authority


class DynamoDbChoice(StrEnum):
    """The provider of DynamoDB: LocalStack's, which needs Java, or Wavetank's."""

    LOCALSTACK = "localstack"
    WAVETANK = "wavetank"


class AccessChoice(StrEnum):
    """Whether IAM policies are enforced."""

    ENFORCE = "enforce"
    OFF = "off"


class SignatureChoice(StrEnum):
    """Whether the signatures of requests are verified."""

    VERIFY = "verify"
    SKIP = "skip"


class TimeChoice(StrEnum):
    """Whether scheduled work runs by itself in wall time, or when the simulation triggers it."""

    WALL = "wall"
    VIRTUAL = "virtual"


class IsolationLevel(StrEnum):
    """The isolation levels of functions, the strongest first; see `lambda_.isolation`."""

    NAMESPACES = "namespaces"
    USERS = "users"
    PROCESS = "process"


@dataclass(frozen=True)
class EmulatorSettings:
    """The settings of the plug-ins, from LocalStack's environment.

    `snapshot_file` is where the pipeline's data is saved over a stop; None saves nothing. `time`
    VIRTUAL: no thread delivers, fires or sends; the simulation triggers all of that.
    `confirm_emails` treats every address as confirmed; `mail_server` (host:port) receives all
    e-mail too, if it is set. `isolation` is the strongest level that is tried. `allowed_hosts` and
    `allowed_origins` are what the HTTP guard admits besides the sandbox itself: host names, and
    origins of web pages. `functions_folder` is where functions' code is unpacked; None is the
    temporary folder.
    """

    snapshot_file: Path | None
    dynamodb: DynamoDbChoice
    access: AccessChoice
    signatures: SignatureChoice
    time: TimeChoice
    confirm_emails: bool
    mail_server: str | None
    isolation: IsolationLevel = IsolationLevel.NAMESPACES
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: frozenset[str] = frozenset()
    functions_folder: Path | None = None

    @property
    def verifies_signatures(self) -> bool:
        """False in virtual time, when all calls are this process's own."""
        return self.time is TimeChoice.WALL and self.signatures is SignatureChoice.VERIFY


_OVERRIDE: list[EmulatorSettings] = []
"""The settings of a LocalStack in this process, which are not read from the environment."""


def use(settings: EmulatorSettings) -> None:
    """Use these settings in this process, whatever its environment contains."""
    _OVERRIDE[:] = [settings]


def read_emulator_settings() -> EmulatorSettings:
    """Read the variables; each may be missing or empty. Settings passed to `use` take precedence.

    `WAVETANK_SNAPSHOT` names the file of the snapshot, `WAVETANK_DYNAMODB` the provider,
    `WAVETANK_ACCESS` whether policies are enforced, `WAVETANK_SIGNATURES` whether signatures are
    verified, `WAVETANK_TIME` whether time is virtual, `WAVETANK_SMTP` the mail server,
    `WAVETANK_ISOLATION` the strongest isolation of functions; `WAVETANK_CONFIRM_EMAILS` is yes or
    no. `WAVETANK_ALLOWED_HOSTS` and `WAVETANK_ALLOWED_ORIGINS` are lists, with commas or spaces.
    `WAVETANK_FUNCTIONS` is the folder of functions' code.

    Raises:
        ValueError: a variable has an invalid value.
    """
    if _OVERRIDE:
        return _OVERRIDE[0]
    snapshot, functions = (os.environ.get(f"WAVETANK_{n}") for n in ("SNAPSHOT", "FUNCTIONS"))
    return EmulatorSettings(
        snapshot_file=Path(snapshot) if snapshot else None,
        dynamodb=DynamoDbChoice(os.environ.get("WAVETANK_DYNAMODB") or DynamoDbChoice.WAVETANK),
        access=AccessChoice(os.environ.get("WAVETANK_ACCESS") or AccessChoice.ENFORCE),
        signatures=SignatureChoice(os.environ.get("WAVETANK_SIGNATURES") or SignatureChoice.VERIFY),
        time=TimeChoice(os.environ.get("WAVETANK_TIME") or TimeChoice.WALL),
        confirm_emails=_yes("WAVETANK_CONFIRM_EMAILS"),
        mail_server=os.environ.get("WAVETANK_SMTP") or None,
        isolation=IsolationLevel(os.environ.get("WAVETANK_ISOLATION") or "namespaces"),
        allowed_hosts=parse_allowed_hosts(os.environ.get("WAVETANK_ALLOWED_HOSTS", "")),
        allowed_origins=parse_allowed_origins(os.environ.get("WAVETANK_ALLOWED_ORIGINS", "")),
        functions_folder=Path(functions) if functions else None,
    )


AWS_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
"""The variables that choose the SDK's credentials and region."""


@contextmanager
def aws_variables_restored() -> Iterator[None]:
    """Restore the SDK's variables after the body: a script in Python may set them in this process.

    LocalStack does so too around each init script. [LocalStack 4.14: runtime/init.py]
    """
    before = {name: os.environ.get(name) for name in AWS_VARIABLES}
    try:
        yield
    finally:
        os.environ.update({name: value for name, value in before.items() if value is not None})
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)


def parse_allowed_hosts(text: str) -> tuple[str, ...]:
    """Names and addresses; `.name` and `*.name` are all subdomains of a name.

    Raises:
        ValueError: one of them is not a host.
    """
    return tuple(_allowed_host(each) for each in text.replace(",", " ").split())


def _allowed_host(text: str) -> str:
    name = text.removeprefix("*")
    try:
        found = parse_authority(name.removeprefix("."))
    except NotCanonicalError as error:
        raise ValueError(f"WAVETANK_ALLOWED_HOSTS: {error}") from error
    if found.port is not None or (name != text and not name.startswith(".")):
        raise ValueError(f"WAVETANK_ALLOWED_HOSTS: expected a host, with no port; found {text!r}")
    return f".{found.host}" if name.startswith(".") else found.host


def parse_allowed_origins(text: str) -> frozenset[str]:
    """Origins such as `http://localhost:3000`, each exactly one.

    Raises:
        ValueError: one of them is not an origin; `null` and `*` are refused: any page matches.
    """
    return frozenset(_allowed_origin(each) for each in text.replace(",", " ").split())


def _allowed_origin(text: str) -> str:
    origin = normalized_origin(text.removesuffix("/") if text.count("/") > 2 else text)  # noqa: PLR2004 - the two of ://
    if origin is None or "*" in text:
        raise ValueError(
            f"WAVETANK_ALLOWED_ORIGINS: expected an origin as http://localhost:3000; found {text!r}"
        )
    return origin


def _yes(name: str) -> bool:
    value = os.environ.get(name) or "no"
    if value not in {"yes", "no"}:
        raise ValueError(f"expected yes or no in {name}; found {value!r}")
    return value == "yes"
