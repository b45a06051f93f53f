"""What AWS itself answered to the rows of the register, kept beside them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_name("recorded.json")


@dataclass(frozen=True)
class RecordedAnswer:
    """AWS's answer in one situation, and the day on which it was given."""

    answer: str
    day: str


def read_recording(file: Path = FILE) -> dict[str, RecordedAnswer]:
    """The recorded answers by `area: situation`; none if nothing was recorded."""
    if not file.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return {row: RecordedAnswer(**values) for row, values in found.items()}


def write_recording(answers: Mapping[str, RecordedAnswer], file: Path = FILE) -> None:
    """Adds the answers to those that are recorded already."""
    known = read_recording(file) | dict(answers)
    rows = {row: asdict(known[row]) for row in sorted(known)}
    file.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
