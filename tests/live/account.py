"""`deploy --target aws` as a user types it, in a pretended account and with a state of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.live.names import unique_letters
from tests.pretended_aws import PretendedAws
from wavetank.aws.clients import AwsClients, aws_clients
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.naming import Names, derive_names
from wavetank.core.settings import read_settings
from wavetank.deployment.attestation import SUITE, Attestation
from wavetank.deployment.fingerprint import project_fingerprints

ADDRESS = "reader@example.com"
PACE_SECONDS = 0.1


@dataclass(frozen=True)
class Typed:
    """What a command came to."""

    code: int
    output: str
    error: BaseException | None

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The JSON lines of one kind."""
        lines = (line for line in self.output.splitlines() if line.startswith("{"))
        return [line for line in map(json.loads, lines) if line["event"] == kind]


@dataclass(frozen=True)
class Account:
    """Whoever deploys there, and where their passes are written down."""

    pretended: PretendedAws
    state: Path

    @property
    def clients(self) -> AwsClients:
        """The user's own."""
        return aws_clients(None)

    def attest(self) -> None:
        """Writes down that the suite has passed on the project as it is."""
        for fingerprint in project_fingerprints(read_settings().shipped_folder):
            Attestation(self.state, WallClock()).add(SUITE, fingerprint)

    def deploy(self, person: "Person", *arguments: str, answer: str = "") -> Typed:
        """Types the command, with --yes unless there is an answer, and the schedule off."""
        consent = [] if answer else ["--yes"]
        return self.type(*consent, *person.options, *arguments, answer=answer)

    def type(self, *arguments: str, answer: str = "") -> Typed:
        """Types the command with these arguments alone."""
        words = ["deploy", "--target", "aws", "--no-schedule", *arguments]
        done = CliRunner().invoke(app, words, input=answer)
        return Typed(done.exit_code, done.output, done.exception)


@dataclass(frozen=True)
class Person:
    """The owner of the pipeline; no other pipeline has these names."""

    letters: str

    @property
    def options(self) -> list[str]:
        """Of the command line."""
        name = f"{self.letters[:6]} {self.letters[6:]}"
        return ["--name", name, "--prefix", self._prefix, "--email", ADDRESS]

    @property
    def names(self) -> Names:
        """Of the pipeline."""
        return derive_names(self.letters[:6], self.letters[6:], prefix=self._prefix)

    @property
    def _prefix(self) -> str:
        return f"T{self.letters[:8]}"


def somebody() -> Person:
    """A new person."""
    return Person(unique_letters())


def hurry(patch: pytest.MonkeyPatch, state: Path, attempts: int) -> None:
    """Waits for AWS are skipped; the SDK retries `attempts` times."""
    patch.setenv("WAVETANK_STATE", str(state))
    patch.setattr("wavetank.aws.target.AWS_PACE_SECONDS", PACE_SECONDS)
    patch.setattr("wavetank.aws.clients.AWS_ATTEMPTS_MAX", attempts)
