"""Writes the tables of docs/scenarios.md: `.venv/bin/python -m tests.scenario_tables`."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from enum import StrEnum
from types import UnionType
from typing import get_args, get_type_hints

from tests.rules.source import ROOT
from wavetank.core.engine_names import EngineName
from wavetank.faults.calls import CALLS
from wavetank.faults.catalogue import ALL_KINDS, HOST_KINDS, engines_of
from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.serialization import fault_to_dict
from wavetank.invariants import Convergence, Invariant, generic_invariants
from wavetank.invariants.alerts import EnoughAlerts
from wavetank.scenario.timing.defaults import CALLS as CALL_DURATIONS
from wavetank.scenario.timing.defaults import COLD_START, HANDLER, OTHER
from wavetank.scenario.workload.body import placeholder_rows
from wavetank.scenario.workload.kinds import WORKLOAD_KINDS, WorkloadSpec
from wavetank.ticker.invariants import ticker_invariants

DOCUMENT = ROOT / "docs" / "scenarios.md"
TABLE = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
COMMON = frozenset(field.name for field in fields(CountedFault))


def render(text: str) -> str:
    """The document's text with its tables as they are now."""
    return TABLE.sub(lambda found: found[1] + "".join(MAKERS[found[2]]()) + found[3], text)


def _faults() -> Iterator[str]:
    yield "| `kind` | what happens | parameters and defaults | counted | engines |\n"
    yield "|---|---|---|---|---|\n"
    for kind in ALL_KINDS:
        counted = "yes" if issubclass(kind, CountedFault) else ""
        own = "<br>".join(_keys(kind))
        yield f"| `{kind.kind}` | {kind.summary()} | {own} | {counted} | {_engines(kind)} |\n"


def _keys(kind: type[Fault]) -> Iterator[str]:
    """Those that not every fault has, as a file would have them."""
    form = fault_to_dict(_example(kind))
    for field in fields(kind):
        if field.name not in COMMON:
            assert field.default is not MISSING
            yield f"`{field.name} = {_toml(form[field.name])}`{_choices(kind, field.name)}"


def _choices(kind: type[Fault], name: str) -> str:
    of = get_type_hints(kind)[name]
    options = get_args(of) if isinstance(of, UnionType) else (of,)
    parts = [one for o in options if isinstance(o, type) and issubclass(o, StrEnum) for one in o]
    names = ["a name"] if parts and str in options else []
    choices = [*(f"`{one.value}`" for one in parts), *names]
    return f" (of {', '.join(choices)})" if choices else ""


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _example(kind: type[Fault]) -> Fault:
    return kind(after=timedelta())


def _engines(kind: type[Fault]) -> str:
    found = engines_of(kind)
    if found == tuple(EngineName):
        return "all"
    where = ", ".join(found)
    return f"{where}, by `drill`" if kind in HOST_KINDS else where


def _bugs() -> Iterator[str]:
    yield "| fault | finds |\n|---|---|\n"
    yield from (f"| `{kind.kind}` | {kind.finds} |\n" for kind in ALL_KINDS if kind.finds)


def _calls() -> Iterator[str]:
    yield "| service | operations |\n|---|---|\n"
    for service in dict.fromkeys(call.partition(":")[0] for call in CALLS):
        names = [call.partition(":")[2] for call in CALLS if call.startswith(f"{service}:")]
        yield f"| `{service}` | {', '.join(f'`{name}`' for name in names)} |\n"


def _invariants() -> Iterator[str]:
    yield "| key | what must hold | of |\n|---|---|---|\n"
    yield from (_invariant(one, "any pipeline") for one in generic_invariants())
    yield from (_invariant(one, "the ticker") for one in ticker_invariants())
    yield _invariant(Convergence(), "any pipeline, in a run with faults")
    yield _invariant(EnoughAlerts(1), "a scenario with `alerts_min`")


def _invariant(one: Invariant, of: str) -> str:
    return f"| `{one.key}` | {one.name} | {of} |\n"


def _workload() -> Iterator[str]:
    yield "| `kind` | `target` | what happens | keys of its own and defaults |\n|---|---|---|---|\n"
    common = {field.name for field in fields(WorkloadSpec)}
    for kind in WORKLOAD_KINDS:
        own = "<br>".join(
            f"`{field.name} = {_toml(field.default)}`"
            for field in fields(kind)
            if field.name not in common
        )
        yield f"| `{kind.kind}` | {kind.resource} | {kind.summary()} | {own} |\n"


def _placeholders() -> Iterator[str]:
    yield "| placeholder | becomes |\n|---|---|\n"
    yield from (f"| `{example}` | {summary} |\n" for example, summary in placeholder_rows())


def _durations() -> Iterator[str]:
    yield "| key | what takes that long | default |\n|---|---|---|\n"
    own = f"{HANDLER.text}, on a whole processor"
    yield f"| `handler` | a handler's own code, without its calls and sleeps | {own} |\n"
    yield f"| `cold_start` | a new execution environment, until it is ready | {COLD_START.text} |\n"
    for call, distribution in CALL_DURATIONS.items():
        what = "every other service's calls" if call == OTHER else _what_takes_that_long(call)
        yield f"| `{call}` | {what} | {distribution.text} |\n"


def _what_takes_that_long(call: str) -> str:
    service, _, operation = call.partition(":")
    return f"its {operation}" if operation else f"calls of `{service}`"


MAKERS = {
    "bugs": _bugs,
    "durations": _durations,
    "faults": _faults,
    "calls": _calls,
    "invariants": _invariants,
    "placeholders": _placeholders,
    "workload": _workload,
}

if __name__ == "__main__":
    DOCUMENT.write_text(render(DOCUMENT.read_text()))
