"""`check --target aws` in AWS's place: what only AWS can say has its documented shapes."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.live.drills import drill_site
from tests.live.mail import confirm
from tests.live.place import ADDRESS, Place
from tests.pretended_aws import ACCOUNT, Answer, example_key, is_call, query_answer
from tests.waiting import wait_until_true
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.cli.judging import live_pipeline
from wavetank.cli.main import app
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.lambda_package import package_files
from wavetank.core.naming import Names
from wavetank.deployment.deployed import find_pipeline
from wavetank.faults.changes import ConcurrencyChange
from wavetank.inspection.alert_lookup import published_alerts
from wavetank.inspection.requirements import check_requirements

DRIFT = "nothing drifted from its templates"
ACCESS = "bucket readable by any AWS account, writable by none"
ADDRESSES = "topic with confirmed addresses"
ALERT = "failure reaches people"
CODE = "the code that was deployed runs"
DIFFERENCE = """<StackResourceDrifts><member>
<StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/x/1</StackId>
<LogicalResourceId>StreamingRule</LogicalResourceId>
<PhysicalResourceId>DEDOREXP-streaming-rule</PhysicalResourceId>
<ResourceType>AWS::Events::Rule</ResourceType>
<PropertyDifferences><member><PropertyPath>/State</PropertyPath>
<ExpectedValue>ENABLED</ExpectedValue><ActualValue>DISABLED</ActualValue>
<DifferenceType>NOT_EQUAL</DifferenceType></member></PropertyDifferences>
<StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus>
<Timestamp>2026-11-24T12:00:00Z</Timestamp></member></StackResourceDrifts>"""


def drift(status: str, detection: str = "DETECTION_COMPLETE") -> Answer:
    """CloudFormation's answers about drift.

    [CloudFormation API reference: DetectStackDrift, DescribeStackDriftDetectionStatus,
    DescribeStackResourceDrifts]
    """
    identifier = "b78ac9b0-dec1-11e7-a451-503a3example"
    answers = {
        "DetectStackDrift": f"<StackDriftDetectionId>{identifier}</StackDriftDetectionId>",
        "DescribeStackDriftDetectionStatus": (
            "<StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/x/1</StackId>"
            f"<StackDriftDetectionId>{identifier}</StackDriftDetectionId>"
            f"<StackDriftStatus>{status}</StackDriftStatus>"
            f"<DetectionStatus>{detection}</DetectionStatus>"
            "<DetectionStatusReason>no right to read the role</DetectionStatusReason>"
            "<Timestamp>2026-11-24T12:00:00Z</Timestamp>"
        ),
        "DescribeStackResourceDrifts": DIFFERENCE,
    }

    def answer(request: HttpRequest) -> HttpResponse | None:
        for operation, result in answers.items():
            if is_call(request, "cloudformation", operation):
                return query_answer(operation, result)
        return None

    return answer


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A profile of another account; one of the pipeline's own is there too, as `own`."""
    file = tmp_path / "credentials"
    file.write_text(
        f"[reader]\naws_access_key_id = {example_key('R')}\naws_secret_access_key = example\n"
        f"[own]\naws_access_key_id = {example_key()}\naws_secret_access_key = example\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    return "reader"


type Findings = dict[str, tuple[str, str]]


def check(names: Names, *options: str) -> tuple[int, Findings, list[dict[str, Any]]]:
    """The exit code, each requirement with verdict and evidence, and all that was printed."""
    command = ["check", "--target", "aws", "--account", ACCOUNT, "--name", names.full_name]
    done = CliRunner().invoke(app, [*command, "--json", *options])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    events = [json.loads(line) for line in done.stdout.splitlines()]
    findings = {
        event["requirement"]: (event["verdict"], event["evidence"])
        for event in events
        if event["event"] == "finding"
    }
    return done.exit_code, findings, events


def test_a_pipeline_on_aws_is_judged(place: Place, reader: str, tmp_path: Path) -> None:
    """What is amiss is named with what to do; once it is mended every requirement is valid."""
    names = place.deploy(fires=True)
    place.pretended.answers.append(drift("DRIFTED"))
    code, found, _ = check(names)
    assert code == ExitCode.BROKEN
    assert found[ADDRESSES] == ("unknown", f"waiting for confirmation: {ADDRESS}")
    difference = "StreamingRule modified: /State ENABLED -> DISABLED"  # said of either stack here
    assert found[DRIFT] == ("invalid", f"{difference}; {difference}")
    assert found[ACCESS][0] == "unknown"
    assert "--reader-profile" in found[ACCESS][1]
    assert found[ALERT][0] == "unknown"
    with pytest.raises(UsageError, match="profile own of the pipeline's own"):
        check(names, "--reader-profile", "own")

    confirm(place.endpoint, ADDRESS)
    leave_a_drill_behind(place, names, tmp_path)
    StreamingInvoker(place.aws, names).fire(floor_to_minute(WallClock().now()))
    since = WallClock().now() - timedelta(minutes=5)
    wait_until_true(lambda: list(published_alerts(place.aws, names, since)), "an alert", 60)
    place.aws.awslambda.delete_function_concurrency(FunctionName=names.streaming_function)
    StreamingInvoker(place.aws, names).fire_and_wait(floor_to_minute(WallClock().now()))
    SandboxControls(place.endpoint).deliver_now()
    leave_a_drill_behind(place, names, tmp_path)
    place.pretended.answers[:] = [drift("IN_SYNC")]
    code, found, events = check(names, "--reader-profile", reader)
    change = f"{names.streaming_function} may not run: its reserved concurrency is 0"
    assert events[0] == {"event": "changed", "changes": [change]}
    assert (
        found[CODE][0],
        place.aws.awslambda.get_function_concurrency(FunctionName=names.streaming_function)[
            "ReservedConcurrentExecutions"
        ],
    ) == ("valid", 0)  # on AWS nothing is changed unasked
    command = ["drill", "--target", "aws", "--name", names.stem, "--restore", "--json"]
    restored = CliRunner().invoke(app, command)
    assert json.loads(restored.stdout) == {"event": "restored", "changes": [change]}
    code, found, events = check(names, "--reader-profile", reader)
    assert "changed" not in {event["event"] for event in events}
    assert {name: verdict for name, verdict in found.items() if verdict[0] != "valid"} == {}
    assert code == ExitCode.VALID
    assert f"for {ADDRESS}; only the mailbox shows whether they arrived" in found[ALERT][1]
    assert "other account" in found[ACCESS][1]

    other = package_files("other", {"streaming/handler.py": b"pass"})
    place.aws.awslambda.update_function_code(
        FunctionName=names.streaming_function, ZipFile=other.content
    )
    place.aws.events.disable_rule(Name=names.rule)  # no tick fails while other tests go on
    place.pretended.answers[:] = [drift("UNKNOWN", "DETECTION_FAILED")]
    code, found, _ = check(names)
    assert found[CODE][0] == "invalid"
    assert "other code than the stack names in streaming" in found[CODE][1]
    assert found[DRIFT][0] == "unknown"
    assert "no right to read the role" in found[DRIFT][1]

    live = live_pipeline(place.target, find_pipeline(place.aws, names.stem), tmp_path)
    checked = replace(live.checked(None), tested=frozenset(), on_aws=False)
    verdicts = {finding.requirement: finding for finding in check_requirements(checked)}
    assert verdicts["the code that runs was tested"].evidence == (
        "in no passed run: streaming, notification"
    )


def leave_a_drill_behind(place: Place, names: Names, state: Path) -> None:
    """As a drill whose process was killed leaves it."""
    journal = drill_site(place.aws, names, place.endpoint, state, account=ACCOUNT).target.journal
    with journal.held():
        journal.add(ConcurrencyChange(function=names.streaming_function, former=None))
    place.aws.awslambda.put_function_concurrency(
        FunctionName=names.streaming_function, ReservedConcurrentExecutions=0
    )


def test_which_pipeline_is_meant_has_to_be_said_where_there_are_several(place: Place) -> None:
    """Without --name nothing is guessed; an unknown one is told what there is."""
    first, second = place.deploy(), place.deploy()
    with pytest.raises(UsageError, match=r"choose one with --name") as error:
        find_pipeline(place.aws)
    assert {first.stem, second.stem} <= set(error.value.found.replace(",", "").split())
    with pytest.raises(UsageError, match="a pipeline of Nobody Known"):
        find_pipeline(place.aws, "Nobody Known")
    assert find_pipeline(place.aws, second.full_name.upper()).names == second
