"""The record of which bytes have passed which tests, which `deploy --target aws` asks for.

One JSON line for each pass, in `attestation.jsonl` of the state folder: the scenario with its seed
and the digest of its history, or `test` for the whole suite; the time; the version; and the
fingerprint of what was tested. Lines are only appended. If tests and deployment run on two hosts,
copy this file from one to the other.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from wavetank.core.clock import Clock, WallClock, rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.private_files import not_writable, private_file
from wavetank.core.reporter import Reporter
from wavetank.core.settings import read_settings
from wavetank.deployment.fingerprint import Fingerprint, project_fingerprints

FILE = "attestation.jsonl"
SUITE = "test"
"""The name under which a pass of the whole suite is recorded, instead of a scenario's."""
SHOWN = 5
"""How many of the latest passes a deployment lists; the file has all."""
DIGEST_CHARACTERS = 12


@dataclass(frozen=True, kw_only=True)
class Pass:
    """A record that certain bytes passed a run, or the test suite (without seed and digest)."""

    scenario: str
    seed: int | None
    digest: str | None
    at: str
    version: str
    fingerprint: Fingerprint


class Attestation:
    """The file of a state folder that records which bytes passed a run or the test suite."""

    def __init__(self, state_folder: Path, clock: Clock) -> None:
        self.path = state_folder / FILE
        self._clock = clock

    def add(
        self,
        scenario: str,
        fingerprint: Fingerprint,
        *,
        seed: int | None = None,
        digest: str | None = None,
    ) -> None:
        """Records that these bytes have passed now.

        Raises:
            InfrastructureError: the file cannot be written.
        """
        entry = Pass(
            scenario=scenario,
            seed=seed,
            digest=digest,
            at=rfc3339(self._clock.now()),
            version=metadata.version("wavetank"),
            fingerprint=fingerprint,
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            private_file(self.path)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(asdict(entry))}\n")
        except OSError as error:
            raise not_writable(self.path, error) from error

    def passes(self, fingerprint: Fingerprint) -> list[Pass]:
        """The passes of exactly these bytes, oldest first.

        Raises:
            UsageError: the file has another format.
        """
        return [entry for entry in self._entries() if entry.fingerprint == fingerprint]

    def digests(self) -> frozenset[str] | None:
        """Lambda's `CodeSha256` of every package that has passed; None if none has.

        Raises:
            UsageError: the file has another format.
        """
        seen = [entry.fingerprint for entry in self._entries()]
        found = {digest for each in seen for digest in (each.streaming, each.notification)}
        return frozenset(found) if found else None

    def nearest(self, fingerprint: Fingerprint) -> tuple[str, ...]:
        """Names of the parts that differ from the latest pass of any bytes; empty if there is none.

        Raises:
            UsageError: the file has another format.
        """
        entries = list(self._entries())
        return tuple(entries[-1].fingerprint.differences(fingerprint)) if entries else ()

    def _entries(self) -> Iterator[Pass]:
        if not self.path.exists():
            return
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                content = json.loads(line)
                yield Pass(**{**content, "fingerprint": Fingerprint(**content["fingerprint"])})
            except (KeyError, TypeError, ValueError) as error:
                raise UsageError(
                    f"a pass as `run` and `test` write it, in line {number} of {self.path}",
                    repr(error),
                    "delete that line, or delete the file and test again",
                ) from error


def project_attestation() -> Attestation:
    """The attestation file of this project's state folder."""
    return Attestation(read_settings().state_folder, WallClock())


def attest_suite(before: list[Fingerprint], shipped_folder: Path) -> Path:
    """Records that the whole suite passed on what the shipped folder deploys; returns the file.

    `before` are the fingerprints from before the tests.

    Raises:
        UsageError: the folder has changed since the tests began.
    """
    if project_fingerprints(shipped_folder) != before:
        raise UsageError(
            "handlers and templates that do not change during the tests",
            "others than before",
            "test again: no pass was recorded for this run",
        )
    attestation = project_attestation()
    for fingerprint in before:
        attestation.add(SUITE, fingerprint)
    return attestation.path


def require_passes(
    attestation: Attestation, fingerprint: Fingerprint, untested: str | None, reporter: Reporter
) -> list[Pass]:
    """The passes of these bytes, which are listed; none are needed if `untested` gives a reason.

    Raises:
        UsageError: the bytes have passed nothing, and no reason is given.
    """
    passes = attestation.passes(fingerprint)
    for entry in passes[-SHOWN:]:
        reporter.say(f"these bytes passed {_described(entry)}")
    reporter.emit(
        "attestation", fingerprint=vars(fingerprint), passes=len(passes), untested=untested
    )
    if not passes and untested is None:
        changed = ", ".join(attestation.nearest(fingerprint))
        raise UsageError(
            f"a passed run of exactly these bytes in {attestation.path}",
            f"none; changed since the latest pass: {changed}" if changed else "none",
            "run ./wavetank test or ./wavetank run SCENARIO, or give a reason: --untested REASON",
        )
    if not passes:
        reporter.say(f"these bytes have passed nothing; deployed untested: {untested}")
    return passes


def _described(entry: Pass) -> str:
    parts = [entry.scenario]
    if entry.seed is not None:
        parts.append(f"seed {entry.seed}")
    if entry.digest is not None:
        parts.append(f"digest {entry.digest[:DIGEST_CHARACTERS]}")
    return f"{', '.join(parts)}, at {entry.at} by version {entry.version}"
