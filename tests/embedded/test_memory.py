"""LocalStack's memory does not grow with the number of invocations."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.live.hosts import child_host
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.core.lambda_package import package_files

WARM_UP = 10_000
"""Until the function's log group holds as many events as it keeps, and caches are full."""
TIMEOUT_SECONDS = 60
"""More than AWS's default of 3, so that a busy machine is no failure."""
INVOCATIONS = 100_000
STEP = 10_000
GROWTH_MAX = 1.05
OPEN_FILES_MAX = 50
"""Growth of the open files: those of requests and metrics under way come and go."""
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"Service": "lambda.amazonaws.com"}}]}'
)
ALL = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
)


@pytest.mark.nightly
def test_a_hundred_thousand_invocations_take_no_more_memory(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """After a warm-up, resident memory grows by less than 5 %, and no file stays open."""
    with child_host(tmp_path) as host:
        aws = sandbox_clients(host.endpoint)
        name = _make_function(aws)
        process = _localstack(host.endpoint)
        _invoke(aws, name, WARM_UP)
        files = process.num_fds()
        resident = [process.memory_info().rss]
        for _ in range(0, INVOCATIONS, STEP):
            _invoke(aws, name, STEP)
            resident.append(process.memory_info().rss)
        files_after = process.num_fds()
    megabytes = [round(each / 1e6, 1) for each in resident]
    record_property("resident_megabytes", megabytes)
    assert resident[-1] < resident[0] * GROWTH_MAX, f"MB at each {STEP}: {megabytes}"
    assert files_after < files + OPEN_FILES_MAX


def _invoke(aws: AwsClients, name: str, times: int) -> None:
    def once(_: int) -> None:
        assert "FunctionError" not in aws.awslambda.invoke(FunctionName=name, Payload=b"1")

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(once, range(times)):
            pass


def _make_function(aws: AwsClients) -> str:
    name = "memory"
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    aws.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ALL)
    code = package_files(name, {"function.py": b"def handler(event, context): return event"})
    aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="function.handler",
        Timeout=TIMEOUT_SECONDS,
        Code={"ZipFile": code.content},
    )
    wait_until_seen(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        "the function to be active",
    )
    return name


def _localstack(endpoint: str) -> psutil.Process:
    """The process that listens there."""
    port = int(endpoint.rpartition(":")[2])
    listeners = (
        connection.pid
        for connection in psutil.net_connections("tcp4")
        if connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1:] == (port,)
    )
    return psutil.Process(next(listeners))
