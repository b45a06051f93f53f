"""The frozen list of public templates: what each is given, and the effect that is expected."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from wavetank.core.field_values import read_duration
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.scenario.workload.serialization import workload_from_dict

LIST = Path(__file__).parent / "serverless_patterns.toml"
START = datetime(2030, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TemplateClass(StrEnum):
    """What is expected of a template in the simulator.

    One of `NEEDS_ANSWERS` is deployed, and its trigger delivered; its function then calls what has
    no emulator, and is answered by the test.
    """

    RUNS = "runs"
    NEEDS_ANSWERS = "needs-answers"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class AwsCall:
    """A call of AWS. Texts in braces are logical ids; `contains` is expected in its answer."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str | None = None
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """The answer to a call that has no emulator."""

    service: str
    operation: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A request to the only API, and what is expected of the answer.

    `api_key` is the logical id of a key whose value the request has.
    """

    path: str
    status: int
    contains: str
    method: str = "GET"
    body: str | None = None
    api_key: str = ""


@dataclass(frozen=True, kw_only=True)
class PublicTemplate:
    """A template of the list.

    `functions` and `failures` are how many attempts of each function succeed and fail, by logical
    id; `logs` are texts that functions print. `web` has the answers of the web, by URL; `layers`
    what is in layers of other accounts, by name and version: paths below the template's folder.
    """

    path: str
    blob: str
    kind: TemplateClass
    trigger: str
    reason: str = ""
    needs: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    start: datetime = START
    horizon: timedelta = MINUTE
    setup: tuple[AwsCall, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    web: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[ApiCall, ...] = ()
    workload: tuple[WorkloadSpec, ...] = ()
    functions: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    logs: tuple[str, ...] = ()
    effects: tuple[AwsCall, ...] = ()

    def is_unchanged(self, checkout: Path) -> bool:
        """Whether the checkout has the template with the listed content."""
        content = (checkout / self.path).read_bytes()
        header = b"blob %d\0" % len(content)
        return hashlib.sha1(header + content, usedforsecurity=False).hexdigest() == self.blob


@cache
def public_templates() -> tuple[PublicTemplate, ...]:
    """All templates of the list."""
    written = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return tuple(_template(each) for each in written["template"])


def _template(written: dict[str, Any]) -> PublicTemplate:
    values = {**written, "kind": TemplateClass(written["class"])}
    del values["class"]
    readers: dict[str, Callable[[Any], Any]] = {
        "needs": tuple,
        "parameters": lambda each: tuple(each.items()),
        "horizon": lambda each: read_duration("horizon", each),
        "setup": _aws_calls,
        "effects": _aws_calls,
        "answers": lambda each: tuple(GivenAnswer(**answer) for answer in each),
        "calls": lambda each: tuple(ApiCall(**call) for call in each),
        "workload": lambda each: tuple(map(workload_from_dict, each)),
        "logs": tuple,
    }
    for name, read in readers.items():
        if name in values:
            values[name] = read(values[name])
    return PublicTemplate(**values)


def _aws_calls(written: list[dict[str, Any]]) -> tuple[AwsCall, ...]:
    return tuple(
        AwsCall(**{**each, "contains": tuple(each.get("contains", ()))}) for each in written
    )
