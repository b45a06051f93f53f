"""A sandbox does not start on a LocalStack that is another than its patches are made for."""

import subprocess
import sys
from pathlib import Path

from wavetank.core.errors import ExitCode
from wavetank.engines.localstack_child import LocalStackOptions
from wavetank.engines.service_catalog import provide_service_catalog

SECONDS_MAX = 120
NO_PORT = 1
"""It never comes to listen."""
CHANGED = """
import runpy
from moto.dynamodb.models.dynamo_type import DynamoType
DynamoType.size = lambda self, unit: 0
runpy.run_module("wavetank.emulator", run_name="__main__")
"""


def test_no_sandbox_on_another_signature(tmp_path: Path) -> None:
    """LocalStack only logs that it could not load a service; the process ends, and says why."""
    for part in ("root", "home", "tmp"):
        (tmp_path / part).mkdir()
    provide_service_catalog(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHANGED],
        env=LocalStackOptions(folder=tmp_path, path="/usr/bin:/bin").variables(NO_PORT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert ended.returncode == ExitCode.INFRASTRUCTURE, ended.stdout
    last = ended.stdout.splitlines()[-1]
    assert "expected moto.dynamodb.models.dynamo_type:DynamoType.size: (self), as in" in last
    assert "found (self, unit), in version" in last
