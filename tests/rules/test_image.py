"""The image and docker-compose.yml say what the rest of the project says, where both must."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from tests.rules.source import ROOT
from wavetank.engines.localstack_child import SERVICES, LocalStackOptions

OWN = frozenset(
    {
        "GATEWAY_LISTEN",
        "LOCALSTACK_HOST",
        "PROVIDER_OVERRIDE_DYNAMODB",  # WAVETANK_DYNAMODB there, since the image may have the jar
        "PROVIDER_OVERRIDE_DYNAMODBSTREAMS",  # as above
        "WAVETANK_SNAPSHOT",
    }
)
"""Set by both, and to different values on purpose."""
EMBEDDED_ONLY = frozenset(
    {"FILESYSTEM_ROOT", "HOME", "LANG", "OVERRIDE_IN_DOCKER", "PATH", "PYTHONUNBUFFERED", "TMPDIR"}
)
"""What the image has set already, or a process on the host needs and a container does not."""


DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")


def _service() -> dict[str, dict[str, str]]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return dict(document["services"]["localstack"])


def test_the_image_installs_the_versions_of_the_lock() -> None:
    """Who tests in the container tests what the host runs."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    versions = {package["name"]: package.get("version") for package in lock["package"]}
    pins = dict(re.findall(r"([\w-]+)==([\d.]+)", (ROOT / "Dockerfile").read_text()))
    locked = {name: version for name, version in pins.items() if name in versions}
    assert {"awslambdaric", "freezegun", "typer"} <= locked.keys()
    assert locked == {name: versions[name] for name in locked}


def test_the_image_has_all_that_wavetank_requires() -> None:
    """It is installed there without its requirements; the base image has those of LocalStack."""
    packages = {
        package["name"]: package
        for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    in_image: set[str] = set()
    waiting: list[dict[str, Any]] = [{"name": "localstack-core", "extra": ["runtime"]}]
    while waiting:
        entry = waiting.pop()
        package = packages[entry["name"]]
        for extra in entry.get("extra", ()):
            waiting += package["optional-dependencies"][extra]
        if entry["name"] not in in_image:
            in_image.add(entry["name"])
            waiting += package.get("dependencies", [])
    required = {entry["name"] for entry in packages["wavetank"]["dependencies"]}
    pinned = set(re.findall(r"([\w-]+)==", (ROOT / "Dockerfile").read_text()))
    assert {"jq", "typer"} <= required - in_image <= pinned


def test_localstack_is_configured_alike_in_both_engines() -> None:
    """A variable of one engine that the other lacks would be a difference nobody meant."""
    options = LocalStackOptions(folder=Path("folder"), path="path")
    embedded = options.variables(4566)
    given = _service()["environment"]
    docker = {name: DEFAULT.sub(r"\1", value) for name, value in given.items()}
    shared = embedded.keys() - OWN - EMBEDDED_ONLY
    assert {name: docker.get(name) for name in shared} == {name: embedded[name] for name in shared}
    assert docker["SERVICES"].split(",") == list(SERVICES)


def test_every_line_of_the_example_environment_is_used_and_none_is_missing() -> None:
    """A setting that .env.example shows works, and one that works is shown."""
    example = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    compose = (ROOT / "docker-compose.yml").read_text()
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", compose))
    assert shown == used
