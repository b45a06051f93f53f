"""`deploy --target aws`: what was tested, what stands in the way, consent, and proof."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.account import ADDRESS, Account, Person, hurry, somebody
from tests.live.hosts import Host
from tests.pretended_aws import READER_ACCOUNT, is_call, pretended_aws, query_error
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.settings import REGION
from wavetank.deployment.artifacts import ArtifactBucket
from wavetank.deployment.change_preview import PLAN_CHANGE_SET
from wavetank.deployment.change_sets import INLINE_BYTES_MAX
from wavetank.deployment.cloudformation import Stacks

TOPIC_TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
PROVED = "deployed is what was sent"
SHIPPED = "shipped untested: the way out of an outage"


@pytest.fixture
def account(localstack: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """An account with no passes yet."""
    hurry(monkeypatch, tmp_path, attempts=0)
    with pretended_aws(monkeypatch, localstack.endpoint) as pretended:
        yield Account(pretended, tmp_path)


@pytest.fixture
def other(localstack: Host) -> AwsClients:
    """Somebody else's account."""
    return sandbox_clients(localstack.endpoint, READER_ACCOUNT)


def _changes(account: Account) -> list[str]:
    """What was sent to S3 and CloudFormation that could change anything; no plan does."""
    return [
        f"{request.method} {request.url}"
        for request in account.pretended.sent
        if request.method in {"PUT", "DELETE"} or _begins_a_change(request)
    ]


def _begins_a_change(request: HttpRequest) -> bool:
    planned = f"ChangeSetName={PLAN_CHANGE_SET}".encode() in request.body
    return is_call(request, "", "CreateChangeSet") and not planned


def _records(account: Account, person: Person) -> list[dict[str, object]]:
    s3, bucket = account.clients.s3, person.names.artifact_bucket
    found = s3.list_objects_v2(Bucket=bucket, Prefix="deployments/")["Contents"]
    bodies = (s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in found)
    return [json.loads(body) for body in bodies]


def test_a_deployment_from_refusal_to_proof(account: Account) -> None:
    """Untested bytes need a reason, tested ones say what they passed; a difference is found."""
    person = somebody()
    refused = account.deploy(person)
    assert isinstance(refused.error, UsageError)
    assert "a passed run of exactly these bytes" in str(refused.error)
    assert _changes(account) == []

    untested = account.deploy(person, "--untested", SHIPPED, "--json")
    assert untested.code == ExitCode.VALID, untested.output
    proof = [f for f in untested.events("finding") if f["requirement"].startswith(PROVED)]
    assert len(proof) > 1
    assert {found["verdict"] for found in proof} == {"valid"}
    assert [entry["address"] for entry in untested.events("unconfirmed")] == [ADDRESS]
    created = {entry["resource"] for entry in untested.events("resource")}
    assert {"DeliveryBucket", "StreamingRule"} <= created
    stacks = (person.names.storage_stack, person.names.pipeline_stack)
    assert untested.events("deployed")[0]["changed"] == list(stacks)

    account.attest()
    tested = account.deploy(person)
    assert tested.code == ExitCode.VALID
    assert "these bytes passed test, at 20" in tested.output
    assert "changed: nothing" in tested.output
    assert {str(record["untested"]) for record in _records(account, person)} == {SHIPPED, "None"}

    def altered(request: HttpRequest) -> HttpResponse | None:
        if not request.url.endswith("-streaming-lambda/configuration"):
            return None
        answer = account.pretended.take(request)
        body = re.sub(rb'"CodeSha256":\s*"[^"]+"', b'"CodeSha256": "other"', answer.body)
        return HttpResponse(answer.status, answer.headers, body)

    account.pretended.answers.append(altered)
    differs = account.deploy(person)
    assert differs.code == ExitCode.BROKEN
    assert "invalid deployed is what was sent: the streaming function's code: other" in (
        differs.output
    )


def test_what_aws_asks_for_is_refused_in_words(account: Account) -> None:
    """No name, no address, a reason that says nothing, nobody to type the stem: each by name."""
    account.attest()
    person = somebody()
    name, address = person.options[:4], ["--email", ADDRESS]
    for arguments, said in (
        (address, "--name with --target aws"),
        (name, "--email ADDRESS with --target aws"),
        ([*person.options, "--untested", " "], "a reason after --untested"),
    ):
        refused = account.type(*arguments, "--yes")
        assert isinstance(refused.error, UsageError)
        assert said in str(refused.error)
    nobody = account.deploy(person, answer="something else")
    assert f"{person.names.stem} to be typed" in str(nobody.error)
    assert _changes(account) == []


def test_throttling_says_to_wait(account: Account) -> None:
    """What CloudFormation does not take, tried again and again, is neither lost nor our fault."""
    account.attest()
    throttled = query_error("Throttling", "Rate exceeded")
    account.pretended.answers.append(
        lambda request: throttled if is_call(request, "", "CreateChangeSet") else None
    )
    refused = account.deploy(somebody())
    assert isinstance(refused.error, InfrastructureError)
    assert "Throttling: Rate exceeded; wait a minute, then run the same command" in str(
        refused.error
    )


def test_an_artifact_bucket_of_somebody_elses_is_left_alone(
    account: Account, other: AwsClients
) -> None:
    """Its name belongs to all of AWS: the message says so, before anything is made."""
    account.attest()
    person = somebody()
    _make_bucket(other, person.names.artifact_bucket)
    refused = account.deploy(person)
    assert isinstance(refused.error, UsageError)
    assert "bucket names are shared by all accounts: choose another --prefix" in str(refused.error)
    assert _changes(account) == []


def test_a_bucket_of_the_account_that_is_not_ours_is_left_alone(account: Account) -> None:
    """Without the tag and with something in it, it is somebody's; empty, it is taken up."""
    account.attest()
    person = somebody()
    bucket = person.names.artifact_bucket
    _make_bucket(account.clients, bucket)
    account.clients.s3.put_object(Bucket=bucket, Key="letters.txt", Body=b"private")
    account.pretended.sent.clear()
    refused = account.deploy(person)
    assert isinstance(refused.error, UsageError)
    assert "without the tag, which is not empty; choose another --prefix" in str(refused.error)
    assert _changes(account) == []


def test_a_stack_of_somebody_elses_is_left_alone(account: Account) -> None:
    """One of that name without the tag, and one of a person with the same letters."""
    account.attest()
    person = somebody()
    stacks = Stacks(account.clients.cloudformation, WallClock(), 0.1)
    stacks.apply(person.names.pipeline_stack, TOPIC_TEMPLATE, {})
    refused = account.deploy(person)
    assert "found a stack that is not Wavetank's; choose another --prefix" in str(refused.error)
    tags = {"wavetank": person.names.stem}
    bucket = {"DeliveryBucketName": "somebody-elses-deliverystream-s3"}
    template = TOPIC_TEMPLATE[:-1] + ', "Parameters": {"DeliveryBucketName": {"Type": "String"}}}'
    stacks.apply(person.names.storage_stack, template, bucket, tags)
    refused = account.deploy(person)
    assert "found one with somebody-elses-deliverystream-s3, of another person" in str(
        refused.error
    )


def test_a_creation_that_failed_is_put_right_when_asked(
    account: Account, other: AwsClients
) -> None:
    """The bucket's name is taken at the last moment; once it is free, the failed stack goes."""
    account.attest()
    person = somebody()
    bucket = person.names.bucket

    def take(request: HttpRequest) -> None:
        if is_call(request, "", "ExecuteChangeSet"):
            _make_bucket(other, bucket)

    account.pretended.answers.append(take)
    failed = account.deploy(person)
    account.pretended.answers.remove(take)
    assert isinstance(failed.error, InfrastructureError)
    assert "DeliveryBucket CREATE_FAILED: " in str(failed.error)
    assert "choose another --prefix or spelling" in str(failed.error)
    other.s3.delete_bucket(Bucket=bucket)

    unasked = account.deploy(person, answer=f"{person.names.stem}\n")
    assert "to be typed" in str(unasked.error)
    again = account.deploy(person)
    assert again.code == ExitCode.VALID, again.output
    assert f"delete {person.names.storage_stack}" in again.output


def test_a_long_template_goes_through_the_artifact_bucket(aws: AwsClients) -> None:
    """CloudFormation takes 51,200 bytes in a request; what is longer it fetches."""
    person = somebody()
    bucket = ArtifactBucket(aws.s3, person.names.artifact_bucket, "0" * 12, person.names.stem)
    bucket.prepare()
    stacks = Stacks(aws.cloudformation, WallClock(), 0.1, publish=bucket.publish)
    metadata = json.dumps({"Note": "x" * INLINE_BYTES_MAX})
    template = f'{TOPIC_TEMPLATE[:-1]}, "Metadata": {metadata}}}'
    assert stacks.apply(person.names.pipeline_stack, template, {}).changed
    found = aws.s3.list_objects_v2(Bucket=person.names.artifact_bucket)["Contents"]
    assert [entry["Key"].partition("/")[0] for entry in found] == ["templates"]


def _make_bucket(aws: AwsClients, bucket: str) -> None:
    aws.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
