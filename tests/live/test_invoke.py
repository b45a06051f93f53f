"""`invoke` with a function's name, and the log that the function leaves."""

import json
import re

import pytest
from typer.testing import CliRunner

from tests.live.conftest import MakePipeline
from tests.live.hosts import Host
from tests.waiting import wait_until_true
from wavetank.cli.main import app
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.inspection.log_lines import function_log


def test_a_function_is_invoked_by_its_name(localstack: Host, make_pipeline: MakePipeline) -> None:
    """A failure is an error with the function's message; its log has the lines of the attempt."""
    pipeline = make_pipeline()
    function = pipeline.names.streaming_function
    options = ["--endpoint", localstack.endpoint, "--name", pipeline.names.full_name, "--json"]
    done = CliRunner().invoke(app, ["invoke", function, "--event", "{}", *options])
    assert isinstance(done.exception, InfrastructureError)
    assert json.loads(done.exception.found)["errorType"]
    wait_until_true(lambda: function_log(pipeline.aws, function) != [], "the attempt in the log")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-function"], r'no function "no-such-function" in \S+; deployed: \w+'),
        (["x", "--event", "{"], "in JSON"),
        (["--event", "{}"], "FUNCTION with --event"),
    ],
)
def test_what_cannot_be_invoked_is_refused(
    localstack: Host, make_pipeline: MakePipeline, words: list[str], said: str
) -> None:
    """An unknown function, an event that is not JSON, and an event without a function."""
    name = make_pipeline().names.full_name
    options = ["--endpoint", localstack.endpoint, "--name", name]
    done = CliRunner().invoke(app, ["invoke", *words, *options])
    assert isinstance(done.exception, UsageError)
    assert re.match(said, str(done.exception)) or said in str(done.exception)
    assert "\n" not in str(done.exception)


def test_a_log_of_no_function_is_refused(
    localstack: Host,  # noqa: ARG001 - the sandbox that the pipeline is deployed to
    make_pipeline: MakePipeline,
) -> None:
    """The error names the function."""
    with pytest.raises(UsageError, match='no log of function "none"'):
        function_log(make_pipeline().aws, "none")
