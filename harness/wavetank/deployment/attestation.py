"""Which bytes have passed what: the record that a deployment to AWS is held against.

One JSON line for each pass, in `attestation.jsonl` of the state folder: the scenario with its seed
and the digest of its history, or the whole suite as `test`; when; by which version; and the
fingerprint of what was played. A line is only ever added. Where tests and deployment run on two
machines, this file is what the one hands to the other.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from wavetank.core.clock import Clock, rfc3339
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.private_files import private_file
from wavetank.deployment.fingerprint import Fingerprint

FILE = "attestation.jsonl"
SUITE = "test"
"""What a pass of the whole suite is called, in a scenario's place."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One that was valid in all its verdicts; the suite has neither seed nor digest."""

    scenario: str
    seed: int | None
    digest: str | None
    at: str
    version: str
    fingerprint: Fingerprint


class Attestation:
    """The file of one state folder."""

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
        """Writes down that these bytes have passed, now.

        Raises:
            InfrastructureError: the disk does not take it.
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
            raise InfrastructureError(
                f"to write to {self.path}", str(error), "make room, or set WAVETANK_STATE"
            ) from error

    def passes(self, fingerprint: Fingerprint) -> list[Pass]:
        """What these very bytes have passed, oldest first.

        Raises:
            UsageError: the file is none of ours.
        """
        return [entry for entry in self._entries() if entry.fingerprint == fingerprint]

    def digests(self) -> frozenset[str] | None:
        """Of every package that has passed, Lambda's `CodeSha256`; None where nothing has.

        Raises:
            UsageError: the file is none of ours.
        """
        seen = [entry.fingerprint for entry in self._entries()]
        found = {digest for each in seen for digest in (each.streaming, each.notification)}
        return frozenset(found) if found else None

    def nearest(self, fingerprint: Fingerprint) -> tuple[str, ...]:
        """What differs from the latest pass of any bytes, by name; nothing where there is none.

        Raises:
            UsageError: the file is none of ours.
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
                    f"a pass as run and test write it, in line {number} of {self.path}",
                    repr(error),
                    "delete that line, or the file and test again",
                ) from error
