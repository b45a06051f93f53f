"""Three doors: AWS's SDK, LocalStack, and none between the harness and the handlers."""

import sys
from collections.abc import Iterator

import pytest

from tests.rules.layers import (
    CORE_LIBRARIES,
    HARNESS,
    LAYERS,
    LOCALSTACK,
    SDK,
    SDK_USERS,
    is_of_handlers,
    part,
)
from tests.rules.source import (
    Checker,
    Finding,
    Source,
    assert_none,
    assert_only_exempt,
    findings,
    project_files,
    project_sources,
    sources_in,
    sources_outside,
)

SDK_EXEMPT = {
    "tests/property/test_signatures.py": "compares signatures with the SDK's own signers",
    "tests/security/signing.py": "is an unmodified SDK with any key",
    "tests/security/test_links.py": "signs links as the SDK does for any service",
    "tests/rules/test_account.py": "asks the SDK itself which account it would find",
    "tests/unit/live/test_telling.py": "answers as the SDK's stubs do, which check the shape",
}
STANDARD_LIBRARY = sys.stdlib_module_names


def sdk_imports(source: Source) -> Iterator[Finding]:
    """The imports of AWS's SDK; those for type checkers alone do not count."""
    for imported in source.imports:
        if imported.root in SDK and not imported.for_types_only:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def localstack_imports(source: Source) -> Iterator[Finding]:
    """The imports of LocalStack and of what it is made of."""
    for imported in source.imports:
        if imported.root in LOCALSTACK:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def foreign_to_core(source: Source) -> Iterator[Finding]:
    """What a core module imports besides the standard library and what the table grants it."""
    own = part(source.path)
    allowed = STANDARD_LIBRARY | {"wavetank"} | CORE_LIBRARIES.get(own, frozenset())
    for imported in source.imports:
        if own in LAYERS["core"] and imported.root not in allowed:
            yield Finding(source.path, imported.line, f"core `{own}` imports {imported.root}")


def foreign_to_handler(source: Source) -> Iterator[Finding]:
    """What a handler imports that is neither in its zip nor in AWS's runtime."""
    folder = source.path.split("/")[1]
    for imported in source.imports:
        in_reach = imported.root in STANDARD_LIBRARY | SDK | {folder}
        stub = imported.for_types_only and imported.root.startswith("mypy_boto3_")
        if not in_reach and not stub:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def foreign_to_harness(source: Source, handlers: frozenset[str]) -> Iterator[Finding]:
    """What the harness imports of the project outside itself."""
    for imported in source.imports:
        if imported.root in handlers | {"lambdas", "tests"}:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def test_clients_is_the_only_door_to_aws() -> None:
    """AWS's SDK is imported by `clients`, by handlers and their tests, and by nobody else."""
    ours = [source for source in project_sources() if not is_of_handlers(source.path)]
    others = [source for source in ours if part(source.path) not in SDK_USERS]
    action = "Take clients and error types from wavetank.clients"
    assert_only_exempt(findings(sdk_imports, others), SDK_EXEMPT, action)


def test_emulator_is_the_only_door_to_localstack() -> None:
    """LocalStack is imported by `emulator`, and by tests that look inside it."""
    found = findings(localstack_imports, sources_outside(f"{HARNESS}emulator/", "tests/"))
    assert_none(found, "Move it into wavetank.emulator, or ask LocalStack over its API")


def test_core_needs_no_library() -> None:
    """Core imports the standard library, itself, and what the table grants by name."""
    found = findings(foreign_to_core, sources_in(HARNESS))
    assert_none(found, "Keep core pure: do it at the edge, or grant it in tests/rules/layers.py")


def test_handlers_stand_alone() -> None:
    """A handler imports the standard library, AWS's SDK and its own folder: what its zip finds."""
    found = findings(foreign_to_handler, sources_in("lambdas/"))
    assert_none(found, "The function would not find it on AWS; keep it in the handler's folder")


def test_harness_knows_no_handler() -> None:
    """The harness imports neither a handler nor a test."""
    folders = (path.split("/")[1] for path in project_files() if path.startswith("lambdas/"))
    handlers = frozenset(folder.removesuffix(".py") for folder in folders)
    found = findings(lambda s: foreign_to_harness(s, handlers), sources_in("harness/"))
    assert_none(found, "Reach handlers through what is deployed, never by import")


@pytest.mark.parametrize(
    ("checker", "path", "text"),
    [
        (sdk_imports, f"{HARNESS}probes.py", "def late():\n    from boto3.session import Session"),
        (sdk_imports, "init/ready.d/deploy.py", "import botocore.exceptions as errors"),
        (localstack_imports, f"{HARNESS}probes.py", "from localstack import config"),
        (localstack_imports, f"{HARNESS}engines/tank.py", "__import__('moto.core')"),
        (foreign_to_core, f"{HARNESS}clock.py", "import requests"),
        (foreign_to_core, f"{HARNESS}clock.py", "from pydantic import BaseModel"),
        (foreign_to_core, f"{HARNESS}history.py", "if TYPE_CHECKING:\n    import mypy_boto3_s3"),
        (foreign_to_handler, "lambdas/streaming/walk.py", "from wavetank import ticker"),
        (foreign_to_handler, "lambdas/streaming/walk.py", "import notification.message"),
        (foreign_to_handler, "lambdas/streaming/walk.py", "import mypy_boto3_firehose"),
    ],
)
def test_foreign_import_is_caught(checker: Checker, path: str, text: str) -> None:
    """An import that the file's place does not allow is found."""
    assert len(list(checker(Source(path, text)))) == 1


def test_imported_handler_is_caught() -> None:
    """A handler or a test that the harness imports is found, by whatever name."""
    text = "import streaming.walk\nfrom lambdas.streaming import walk\nfrom tests import rules"
    source = Source(f"{HARNESS}driver.py", text)
    found = foreign_to_harness(source, frozenset({"streaming"}))
    assert [finding.line for finding in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("checker", "path", "text"),
    [
        (sdk_imports, f"{HARNESS}stack/seed.py", "if TYPE_CHECKING:\n    import boto3"),
        (foreign_to_core, f"{HARNESS}scenario.py", "import tomllib\nfrom pydantic import Field"),
        (foreign_to_handler, "lambdas/streaming/aws.py", "import boto3\nimport streaming.walk"),
        (foreign_to_handler, "lambdas/x/aws.py", "if TYPE_CHECKING:\n    import mypy_boto3_s3"),
    ],
)
def test_import_in_its_place_is_allowed(checker: Checker, path: str, text: str) -> None:
    """Stubs for type checkers, granted libraries and what a zip holds pass."""
    assert list(checker(Source(path, text))) == []
