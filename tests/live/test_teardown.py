"""Teardown of a pipeline on AWS: no data loss, other resources untouched, and recovery."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.clocks import Hurrying, Leaping
from tests.live.conftest import MakePipeline
from tests.live.cuts import Cut, run_through_cuts
from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.live.place import ADDRESS, Place
from tests.pretended_aws import ACCOUNT
from wavetank.aws.clients import AwsClients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.cli.main import app
from wavetank.core.clock import WallClock, floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError, ExitCode, InfrastructureError, UsageError
from wavetank.core.http_types import ConnectionLostError
from wavetank.core.naming import Names
from wavetank.deployment.deployed import find_pipeline
from wavetank.deployment.teardown import buckets
from wavetank.deployment.teardown.data_deletion import delete_stored_data
from wavetank.deployment.teardown.drain import PipelineDrain
from wavetank.deployment.teardown.inventory import find_inventory
from wavetank.deployment.teardown.pipeline_teardown import Teardown, TeardownResult


def tear_down(place: Place, names: Names) -> TeardownResult:
    """Runs a teardown, as the command would, but in no need of a minute."""
    inventory = place.inventory(names)
    return Teardown(place.target, inventory, Hurrying(), lambda _: None).run()


def late_log_line(aws: AwsClients, names: Names) -> str:
    """Makes the log group again that the stack took with it, as somebody's own role might."""
    group = f"/aws/lambda/{names.streaming_function}"
    aws.logs.create_log_group(logGroupName=group)
    return group


def log_groups(aws: AwsClients, names: Names) -> list[str]:
    """Those of the pipeline's functions."""
    prefix = f"/aws/lambda/{names.stem}"
    found = aws.logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return [entry["logGroupName"] for entry in found]


def test_a_teardown_cut_off_anywhere_is_finished_by_running_it_again(place: Place) -> None:
    """Cut off at each change by the network or Ctrl-C, the same command deletes the rest."""
    names = place.deploy()
    place.aws.cloudformation.update_termination_protection(
        StackName=names.pipeline_stack, EnableTerminationProtection=True
    )
    last: list[TeardownResult] = []
    cuts = run_through_cuts(place.pretended, lambda: last.append(tear_down(place, names)))
    assert set(cuts) == {
        "DisableRule",
        "UpdateTerminationProtection",
        "DeleteStack",
        "POST",  # the artifact bucket's objects
        "DELETE",  # and the bucket
    }
    (remains,) = last
    assert remains.stack == names.storage_stack
    assert remains.data is not None
    assert (remains.data.bucket, remains.data.objects) == (names.bucket, 1)
    assert remains.data.usd_per_month > 0
    assert remains.pending == (ADDRESS,)
    assert log_groups(place.aws, names) == []
    assert tear_down(place, names) == remains

    late_log_line(place.aws, names)
    tear_down(place, names)
    assert log_groups(place.aws, names) == []

    def release() -> None:
        inventory = find_inventory(place.aws, names.stem)
        if inventory is not None:
            delete_stored_data(place.target, inventory, Hurrying())

    cuts = run_through_cuts(place.pretended, release)
    assert set(cuts) == {"UpdateTerminationProtection", "POST", "DELETE", "DeleteStack"}
    assert find_inventory(place.aws, names.stem) is None
    there = [bucket["Name"] for bucket in place.aws.s3.list_buckets()["Buckets"]]
    assert not {names.bucket, names.artifact_bucket} & set(there)


def test_a_half_deleted_stack_names_what_is_in_the_way_and_is_finished_later(place: Place) -> None:
    """A role that somebody else uses cannot go; once it is free the same command finishes."""
    names = place.deploy()
    profile = f"profile-{unique_letters()}"
    place.aws.iam.create_instance_profile(InstanceProfileName=profile)
    role = names.roles[0]
    place.aws.iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
    with pytest.raises(InfrastructureError, match=f"AWS::IAM::Role {role}: Cannot delete entity"):
        tear_down(place, names)
    assert place.inventory(names).pipeline == "DELETE_FAILED"
    with pytest.raises(UsageError, match=f"{names.pipeline_stack} DELETE_FAILED"):
        find_pipeline(place.aws, names.stem)
    place.aws.iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role)
    assert tear_down(place, names).stack == names.storage_stack
    assert place.inventory(names).pipeline is None


def test_the_commands_delete_a_pipeline_and_report_what_remains(place: Place) -> None:
    """With and without --delete-data, run twice each, they print what remains and exit with 0."""
    names = place.deploy()
    options = ["--target", "aws", "--account", ACCOUNT, "--name", names.full_name, "--json"]

    def run(command: str, *more: str) -> dict[str, Any]:
        done = CliRunner().invoke(app, [command, *options, *more])
        assert done.exit_code == ExitCode.VALID, done.output
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    refused = CliRunner().invoke(app, ["teardown", *options])
    assert f"expected {names.stem} to be typed; found no terminal" in str(refused.exception)

    left = run("teardown", "--yes")
    assert (left["left"], left["data"]["objects"]) == (names.storage_stack, 1)
    place.aws.s3.create_bucket(
        Bucket=names.artifact_bucket,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    assert run("teardown", "--yes") == left
    place.aws.s3.delete_bucket(Bucket=names.artifact_bucket)  # not ours, so it was let be

    assert run("teardown", "--delete-data", "--yes") == {
        "event": "released",
        "bucket": names.bucket,
        "objects": 1,
    }
    assert run("teardown", "--delete-data", "--yes")["bucket"] is None
    assert run("teardown")["left"] is None


def test_in_a_sandbox_only_the_data_need_confirmation(
    localstack: Host, make_pipeline: MakePipeline
) -> None:
    """A pipeline is made again in seconds, and data are not: they go by name, or with --yes."""
    pipeline = make_pipeline()
    minute = floor_to_minute(WallClock().now()) - timedelta(minutes=10)
    StreamingInvoker(pipeline.aws, pipeline.names).fire_and_wait(minute)
    SandboxControls(localstack.endpoint).deliver_now()
    options = ["--endpoint", localstack.endpoint, "--name", pipeline.names.stem, "--json"]
    torn = CliRunner().invoke(app, ["teardown", *options])
    assert torn.exit_code == ExitCode.VALID, torn.exception
    refused = CliRunner().invoke(app, ["teardown", "--delete-data", *options])
    assert f"expected {pipeline.names.bucket} to be typed" in str(refused.exception)
    released = CliRunner().invoke(app, ["teardown", "--delete-data", *options, "--yes"])
    assert json.loads(released.stdout.splitlines()[-1])["objects"] == 1


def test_a_network_failure_is_reported_with_the_way_to_continue(place: Place) -> None:
    """Whoever tears down hears that nothing is lost, and no traceback of the SDK."""
    names = place.deploy()
    place.pretended.answers.append(Cut(place.pretended, ConnectionLostError, late=False))
    command = ["teardown", "--target", "aws", "--name", names.stem, "--yes"]
    done = CliRunner().invoke(app, command)
    place.pretended.answers.clear()
    assert isinstance(done.exception, InfrastructureError)
    assert "check the network, then run ./wavetank teardown again" in str(done.exception)
    tear_down(place, names)


def test_what_the_stream_still_holds_is_waited_for(place: Place) -> None:
    """The stream is not deleted over undelivered records, unless somebody gives them up."""
    names = place.deploy()
    minute = floor_to_minute(WallClock().now())
    StreamingInvoker(place.aws, names).fire_and_wait(minute)
    said: list[str] = []
    clock = Leaping()
    quieting = PipelineDrain(place.aws, place.inventory(names), clock, said.append)
    assert quieting.switch_rule_off()
    with pytest.raises(ConditionTimeoutError, match=f"the tick of {rfc3339(minute)}"):
        quieting.wait_until_delivered()
    assert clock.waited_seconds > 60 + 30  # the buffer, and the function's time-out
    assert "150 s at most" in said[-1]
    abandoned = quieting.wait_until_delivered(abandon=True)
    assert abandoned is not None
    assert abandoned.last_tick == minute
    SandboxControls(place.endpoint).deliver_now()
    delivered = PipelineDrain(place.aws, place.inventory(names), Hurrying(), said.append)
    assert not delivered.switch_rule_off()
    rest = delivered.wait_until_delivered()
    assert rest is not None
    assert rest.newest is not None


def test_a_script_of_ones_own_is_waited_for_as_long_as_firehose_may_hold(place: Place) -> None:
    """It leaves no tick in the table, so only a wait shows that nothing newer arrives."""
    names = place.deploy()
    own = replace(place.inventory(names), custom_handler=True)
    clock = Leaping()
    rest = PipelineDrain(place.aws, own, clock, lambda _: None).wait_until_delivered()
    assert rest is not None
    assert rest.last_tick is None
    assert clock.waited_seconds >= 150


def test_a_bucket_is_emptied_of_all_that_hides_in_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old versions, delete markers and unfinished uploads are deleted too, in batches."""
    monkeypatch.setattr(buckets, "BATCH_MAX", 2)
    s3, bucket = place.aws.s3, f"test-{unique_letters()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for version in range(3):
        s3.put_object(Bucket=bucket, Key="often", Body=str(version).encode())
    s3.delete_object(Bucket=bucket, Key="often")
    s3.put_object(Bucket=bucket, Key="once", Body=b"1")
    s3.create_multipart_upload(Bucket=bucket, Key="never")
    progress: list[int] = []
    assert buckets.delete_bucket(s3, bucket, progress.append) == 5
    assert progress == [2, 4, 5]
    assert not buckets.bucket_exists(s3, bucket, ACCOUNT)
    assert buckets.delete_bucket(s3, bucket) == 0
