"""What docs/live-pages.md says of the routes is so."""

import re

import pytest
import requests

from tests.live.hosts import PROJECT, Host
from tests.live.switches import revert
from tests.shell import finish

DOCUMENT = (PROJECT / "docs" / "live-pages.md").read_text()
SHOWN_ENDPOINT = "http://127.0.0.1:4566"
KEPT = {("GET", "/_wavetank/snapshot"), ("POST", "/_wavetank/snapshot")}
"""Only where there is a snapshot; these tests' sandbox has none."""


def test_every_route_is_described_and_none_that_there_is_not(localstack: Host) -> None:
    """Those for programs; the pages' own are what a browser asks for."""
    listed = requests.get(f"{localstack.endpoint}/_wavetank/routes", timeout=10).json()["routes"]
    there = {
        (entry["method"], entry["path"])
        for entry in listed
        if not entry["path"].startswith("/_wavetank/pages") and entry["path"] != "/_wavetank/"
    }
    described = re.findall(r"^\| `(\w+) (/_wavetank/\S+)` \|", DOCUMENT, re.MULTILINE)
    assert set(described) == there | KEPT


COMMANDS = re.findall(r"^\$ (curl .*)$", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_request_of_the_document_is_answered(localstack: Host, command: str) -> None:
    """Typed as it stands, but for the address."""
    assert SHOWN_ENDPOINT in command
    typed = command.replace(SHOWN_ENDPOINT, localstack.endpoint)
    done = finish(["/bin/sh", "-c", typed], PROJECT)
    revert(localstack.endpoint)
    assert done.code == 0, done.err
    assert done.out.startswith("{")
