"""Handlers of every kind, the hostile ones included, run as on AWS and harm only themselves."""

import threading

import pytest

from tests.live.conftest import MakeFunction
from tests.live.hosts import Host
from tests.waiting import wait_until_seen, wait_until_true
from wavetank.aws.clients import AwsClients

AWS_VARIABLES = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",  # the SDKs' own variable: how the function reaches the sandbox
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}

ECHO = "def handler(event, context): return event"


def test_an_event_comes_back_unchanged(make_function: MakeFunction) -> None:
    """Any JSON passes through the runtime, cold and warm."""
    function = make_function(ECHO)
    events: list[object] = [{"a": [1, None, "é"]}, [], 0, "x" * 100_000]
    for event in events:
        assert function.result(event) == event


def test_a_warm_environment_keeps_its_state(make_function: MakeFunction) -> None:
    """Module state lives as long as the environment, and only a cold start reports an init."""
    function = make_function("n = 0\ndef handler(e, c):\n  global n\n  n += 1\n  return n")
    first, second = function.invoke(), function.invoke()
    assert (first.payload, second.payload) == (1, 2)
    assert "Init Duration" in first.log
    assert "Init Duration" not in second.log


def test_the_log_of_an_invocation_is_its_own(make_function: MakeFunction) -> None:
    """What one invocation printed does not turn up with the next."""
    function = make_function("def handler(e, c): print('said', e)")
    logs = [function.invoke(name).log for name in ("one", "two")]
    for log, said in zip(logs, ("one", "two"), strict=True):
        lines = log.splitlines()
        assert lines[0].startswith("START RequestId: ")
        assert lines[1] == f"said {said}"
        assert lines[2].startswith("END RequestId: ")
        assert lines[3].startswith("REPORT RequestId: ")


def test_the_log_reaches_cloudwatch(make_function: MakeFunction, aws: AwsClients) -> None:
    """Each line is an event of the function's log group."""
    function = make_function("def handler(e, c): print('find me')")
    function.invoke()
    group = f"/aws/lambda/{function.name}"

    def messages() -> list[str]:
        groups = aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if not groups:
            return []
        found = aws.logs.filter_log_events(logGroupName=group)["events"]
        return [event["message"].strip() for event in found]

    seen = wait_until_seen(messages, lambda lines: len(lines) >= 4, "four log events")
    assert seen[1] == "find me"


def test_json_logs_have_awss_platform_events(make_function: MakeFunction) -> None:
    """LoggingConfig JSON makes objects of the platform's lines and of the logger's."""
    function = make_function(
        "import logging\ndef handler(e, c): logging.warning('careful', extra={'n': 1})",
        LoggingConfig={"LogFormat": "JSON"},
    )
    log = function.invoke().log
    assert '"type":"platform.start"' in log
    assert '"message": "careful"' in log
    assert '"n": 1' in log
    assert '"status":"success"' in log


def test_a_raised_error_has_type_message_and_trace(make_function: MakeFunction) -> None:
    """The payload is what AWS's runtime client makes of an exception."""
    answer = make_function("def handler(e, c): raise ValueError('no')").invoke()
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "ValueError"
    assert answer.payload["errorMessage"] == "no"
    (frame,) = answer.payload["stackTrace"]
    assert '"/var/task/function.py", line 1, in handler' in frame


@pytest.mark.parametrize(
    ("source", "handler", "error_type"),
    [
        ("import nothere", "function.handler", "Runtime.ImportModuleError"),
        ("def handler(e, c) return 1", "function.handler", "Runtime.UserCodeSyntaxError"),
        ("x = 1", "function.handler", "Runtime.HandlerNotFound"),
        ("x = 1", "nodot", "Runtime.MalformedHandlerName"),
        ("1 / 0", "function.handler", "ZeroDivisionError"),
        ("import sys; sys.exit(3)\n", "function.handler", "Runtime.ExitError"),
    ],
)
def test_an_init_error_is_reported_each_time(
    make_function: MakeFunction, source: str, handler: str, error_type: str
) -> None:
    """A module that does not load fails every invocation with AWS's error, and hangs none."""
    function = make_function(source, handler)
    for _ in range(2):
        answer = function.invoke()
        assert answer.error == "Unhandled"
        assert answer.payload["errorType"] == error_type


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def handler(e, c): exit(1)", "exit status 1"),
        ("import os\ndef handler(e, c): os._exit(0)", "without providing a reason"),
        ("import os\ndef handler(e, c): os.kill(os.getpid(), 11)", "segmentation fault"),
    ],
)
def test_a_process_that_ends_is_an_exit_error_and_is_replaced(
    make_function: MakeFunction, source: str, message: str
) -> None:
    """exit() and crashes are Runtime.ExitError, and the next invocation starts afresh."""
    function = make_function(source)
    for _ in range(2):
        answer = function.invoke()
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert message in answer.payload["errorMessage"]
        assert "Init Duration" in answer.log


def test_a_handler_out_of_time_is_killed_and_replaced(make_function: MakeFunction) -> None:
    """The error says how long it had; what it printed before is kept; the next one works."""
    source = (
        "import time\n"
        "def handler(e, c):\n"
        "  print('started')\n"
        "  while e == 'hang': time.sleep(1)\n"
        "  return c.get_remaining_time_in_millis()"
    )
    function = make_function(source, Timeout=1)
    answer = function.invoke("hang")
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answer.payload["errorMessage"]
    assert "started" in answer.log
    assert 0 < function.result("go") <= 1000


def test_a_handler_over_its_memory_is_killed(make_function: MakeFunction) -> None:
    """Memory that is really used counts, and the report says that it was the memory."""
    source = (
        "import time\n"
        "def handler(e, c):\n"
        "  hog = b'x' * (e * 1024 * 1024)\n"
        "  time.sleep(1)\n"
        "  return len(hog)"
    )
    function = make_function(source, MemorySize=128, Timeout=20)
    answer = function.invoke(300)
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert "Error Type: Runtime.OutOfMemory" in answer.log
    assert function.result(10) == 10 * 1024 * 1024


def test_a_million_lines_do_not_hang_and_both_ends_are_logged(make_function: MakeFunction) -> None:
    """Output is drained while the handler runs, and kept within bounds."""
    function = make_function(
        "def handler(e, c):\n  for n in range(1_000_000): print(n)\n  return 'done'", Timeout=60
    )
    answer = function.invoke()
    assert answer.payload == "done"
    assert "\n999999\nEND RequestId" in answer.log


@pytest.mark.parametrize(("size", "error"), [(6291556 - 2, None), (6291556 - 1, "Unhandled")])
def test_a_response_is_passed_on_up_to_awss_limit(
    make_function: MakeFunction, size: int, error: str | None
) -> None:
    """One byte more than 6 MB + 100 is Function.ResponseSizeTooLarge, and the next one works."""
    function = make_function("def handler(e, c): return 'x' * e", Timeout=30, MemorySize=512)
    answer = function.invoke(size)
    assert answer.error == error
    if error:
        assert answer.payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert function.result(3) == "xxx"


DETACHED = (
    "import os, time\n"
    "def handler(e, c):\n"
    "  for _ in range(10):\n"
    "    if os.fork() == 0:\n"
    "      os.setsid()\n"
    "      if os.fork() == 0:\n"
    "        while e == 'busy': pass\n"
    "        time.sleep(3600)\n"
    "      os._exit(0)\n"
    "    os.wait()\n"
    "  return 'detached'"
)


def test_detached_children_end_with_the_environment(
    make_function: MakeFunction, aws: AwsClients, localstack: Host
) -> None:
    """A handler whose children leave its session and lose their parent leaves none behind."""
    function = make_function(DETACHED)
    assert function.result() == "detached"
    assert len(localstack.process_states(function.name)) == 11
    update = {"FunctionName": function.name, "Timeout": 5}
    aws.awslambda.update_function_configuration(**update)  # type: ignore[arg-type]  # two known keys
    wait_until_true(lambda: not localstack.process_states(function.name), "the children to end")


def test_detached_children_are_frozen_with_the_environment(
    make_function: MakeFunction, localstack: Host
) -> None:
    """Children that run without end are stopped too as soon as the handler has answered."""
    function = make_function(DETACHED)
    assert function.result("busy") == "detached"
    wait_until_true(
        lambda: localstack.process_states(function.name) == ["T"] * 11, "all to be stopped"
    )


def test_a_handler_that_never_reads_its_event_is_cut_off(make_function: MakeFunction) -> None:
    """A module that blocks at import never asks for an event; its time is up all the same."""
    answer = make_function("import time\nwhile True: time.sleep(1)", Timeout=1).invoke()
    assert answer.payload["errorType"] == "Sandbox.Timedout"


def test_background_threads_stand_still_between_invocations(make_function: MakeFunction) -> None:
    """An environment is frozen as soon as it has answered, as on AWS."""
    source = (
        "import threading, time\n"
        "ticks = []\n"
        "def run():\n"
        "  while True:\n"
        "    ticks.append(time.monotonic())\n"
        "    time.sleep(0.01)\n"
        "threading.Thread(target=run, daemon=True).start()\n"
        "def handler(e, c):\n"
        "  longest = max((b - a for a, b in zip(ticks, ticks[1:])), default=0)\n"
        "  time.sleep(0.1)\n"
        "  return [len(ticks), longest]"
    )
    function, other = (
        make_function(source),
        make_function("import time\ndef handler(e, c): time.sleep(1)"),
    )
    function.invoke()
    other.invoke()  # a second passes, in which a running thread would tick a hundred times
    function.invoke()
    _, longest = function.result()
    assert longest > 0.8


def test_invocations_at_once_get_environments_of_their_own(make_function: MakeFunction) -> None:
    """Concurrent events do not wait for each other, nor share a process."""
    function = make_function(
        "import os, time\n"
        "def handler(e, c):\n"
        "  time.sleep(0.5)\n"
        "  return os.environ['AWS_LAMBDA_LOG_STREAM_NAME']"
    )
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(function.result())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 4


def test_a_function_sees_only_what_aws_would_give_it(make_function: MakeFunction) -> None:
    """Its role's credentials and AWS's variables; nothing of the host's or of LocalStack's."""
    seen = make_function(
        "import os\ndef handler(e, c): return dict(os.environ)",
        Environment={"Variables": {"OWN": "yes"}},
    ).invoke()
    without_own_files = {"HOME", "TMPDIR"}  # see wavetank.emulator.lambda_.variables
    assert set(seen.payload) - without_own_files == AWS_VARIABLES | {"OWN"}


def test_only_the_runtimes_own_packages_can_be_imported(make_function: MakeFunction) -> None:
    """What AWS's runtime lacks is missing here too, though the sandbox itself has it installed."""
    assert make_function("import boto3\ndef handler(e, c): return 1").result() == 1
    for module in ("localstack", "rich", "wavetank"):
        answer = make_function(f"import {module}\ndef handler(e, c): return 1").invoke()
        assert answer.payload["errorType"] == "Runtime.ImportModuleError"


def test_each_environment_has_a_tmp_of_its_own(
    make_function: MakeFunction, localstack: Host
) -> None:
    """Files stay between invocations of one environment; no other one, nor the host, sees them."""
    source = (
        "import os, tempfile\n"
        "def handler(e, c):\n"
        "  open(os.path.join(tempfile.gettempdir(), e), 'w').close()\n"
        "  return sorted(n for n in os.listdir(tempfile.gettempdir()) if n.startswith('mark'))"
    )
    one, other = make_function(source), make_function(source)
    one.invoke("mark-1")
    assert one.result("mark-2") == ["mark-1", "mark-2"]
    assert other.result("mark-3") == ["mark-3"]
    names = localstack.names_in("/tmp")  # noqa: S108 - LocalStack's, to see that it is clean
    assert not [name for name in names if name.startswith("mark-")]


def test_an_unknown_function_is_awss_error(aws: AwsClients) -> None:
    """The caller gets ResourceNotFoundException."""
    with pytest.raises(aws.awslambda.exceptions.ResourceNotFoundException):
        aws.awslambda.invoke(FunctionName="no-such-function")


def test_a_payload_that_is_no_json_is_refused(make_function: MakeFunction, aws: AwsClients) -> None:
    """Before the function sees it; its environment lives on."""
    function = make_function(ECHO)
    with pytest.raises(aws.awslambda.exceptions.InvalidRequestContentException):
        aws.awslambda.invoke(FunctionName=function.name, Payload=b"{not json")
    assert function.result("still here") == "still here"


def test_idle_environments_are_frozen_and_cost_no_processor(
    make_function: MakeFunction, localstack: Host
) -> None:
    """A waiting environment's process is stopped by the kernel's hand."""
    function = make_function(ECHO)
    function.invoke()
    wait_until_true(
        lambda: localstack.process_states(function.name) == ["T"], "the process to be stopped"
    )
