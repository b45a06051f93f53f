"""Who stands above whom in `harness/wavetank`: the only place that says so.

An import goes downward, or sideways without coming back. A new module is placed here first.
"""

HARNESS = "harness/wavetank/"

LAYERS: dict[str, frozenset[str]] = {
    "top": frozenset({"__main__", "bench", "campaign", "cli", "driver", "pytest_plugin", "report"}),
    "edge": frozenset(
        {
            "access",
            "alert_lookup",
            "analysis",
            "assess",
            "attestation",
            "clients",
            "comparison",
            "diagram",
            "drill",
            "engines",
            "live",
            "mailbox",
            "pipelines",
            "preflight",
            "probes",
            "requirements",
            "runs",
            "sandbox",
            "sandbox_http",
            "settings",
            "stack",
            "target",
            "teardown",
            "tool_environment",
            "transport",
            "trigger",
            "watch",
        }
    ),
    "emulator": frozenset({"emulator"}),
    "core": frozenset(
        {
            "__init__",
            "clock",
            "costs",
            "errors",
            "exchange",
            "faults",
            "guardian",
            "history",
            "invariants",
            "ledger",
            "naming",
            "private_files",
            "rights",
            "scenario",
            "schedule",
            "steps",
            "supervision",
            "ticker",
            "verdicts",
            "words",
        }
    ),
}
"""From the highest to the lowest. Core knows no AWS; the emulator runs inside LocalStack."""

CORE_LIBRARIES: dict[str, frozenset[str]] = {
    "faults": frozenset({"hypothesis"}),  # fault plans are drawn and shrunk
    "scenario": frozenset({"pydantic"}),  # scenario files are written by people
}
"""What a core module may import besides the standard library."""

EMULATOR_USERS = frozenset({"driver", "emulator", "engines"})
"""An engine starts the emulator, and the driver speaks of the calls and records that the tank shows
it, in their own types; everyone else reaches it as they reach AWS, over its API."""

SDK_USERS = frozenset({"clients", "transport"})
"""What carries their requests, and where retries, time-outs and credentials are decided, once."""

SDK = frozenset({"boto3", "botocore"})
LOCALSTACK = frozenset({"localstack", "moto", "plux", "rolo"})
"""LocalStack, the backends that it answers from, and the frameworks that it is made of."""

HANDLERS = (
    "examples/own-pipeline/src/",
    "lambdas/",
    "tests/handlers/",
    "tests/pipelines/sensors/code/",
)
"""Code that is zipped and runs in a function's process, where AWS's rules hold and not ours."""


def is_of_handlers(path: str) -> bool:
    """Whether the file is a handler's or, as tests/<tier>/lambdas/, one of its tests."""
    return path.startswith(HANDLERS) or (path.startswith("tests/") and "/lambdas/" in path)


def part(path: str) -> str:
    """The module or package directly below `harness/wavetank` that the file belongs to."""
    return path.removeprefix(HARNESS).partition("/")[0].removesuffix(".py")


def depth(name: str) -> int | None:
    """How far below the top the part stands; None where the table does not know it."""
    return next((n for n, parts in enumerate(LAYERS.values()) if name in parts), None)
