"""Deploying again: nothing changes by itself, what is changed really changes, prices go on."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.live.conftest import ADDRESS, PACE_SECONDS, MakePipeline, Pipeline
from tests.live.hosts import Host
from tests.live.mail import confirm
from wavetank.aws.clients import AwsClients
from wavetank.aws.http_interception import intercept_http
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import subscriptions
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError
from wavetank.core.http_types import HttpRequest
from wavetank.deployment.cloudformation import ResourceEvent, Stacks
from wavetank.live.ticker_code import correct_code
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.observers import read_prices

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _rule_state(pipeline: Pipeline) -> str:
    return pipeline.aws.events.describe_rule(Name=pipeline.names.rule)["State"]


def _addresses(pipeline: Pipeline) -> list[str]:
    topic = f"arn:aws:sns:eu-west-1:000000000000:{pipeline.names.topic}"
    return sorted(entry.address for entry in subscriptions(pipeline.aws, topic))


def test_deploying_twice_changes_nothing(pipeline: Pipeline) -> None:
    """The change sets of the second deployment are empty: what runs is what the templates say."""
    assert pipeline.deployer.deploy(pipeline.options).changed_stacks == ()


def test_only_what_differs_from_the_last_deployment_is_compared(pipeline: Pipeline) -> None:
    """With the stacks of the last one, `deploy --watch` leaves CloudFormation and prices alone."""
    sent: list[bytes] = []

    def note(request: HttpRequest) -> None:
        sent.append(request.body)

    with intercept_http(note):
        again = pipeline.deployer.deploy(pipeline.options, pipeline.deployment.stacks)
    assert (again.changed_stacks, again.items_seeded) == ((), 0)
    assert again.stacks == pipeline.deployment.stacks
    assert not [body for body in sent if b"Stack" in body or b"TickerName" in body]


def test_code_that_was_replaced_otherwise_is_put_right(fault_pipeline: Pipeline) -> None:
    """Which no stack sees; a function that runs its package is left alone."""
    names, packages = fault_pipeline.names, fault_pipeline.deployment.packages
    fault_pipeline.aws.awslambda.update_function_code(
        FunctionName=names.streaming_function, ZipFile=packages["notification"].content
    )
    given = (fault_pipeline.aws, names, packages, WallClock())
    assert correct_code(*given) == [names.streaming_function]
    assert correct_code(*given) == []


def test_deploying_again_keeps_the_running_prices(make_pipeline: MakePipeline) -> None:
    """Only missing items are put; --reset-prices overwrites the others too."""
    pipeline = make_pipeline()
    assert pipeline.deployment.items_seeded == 5
    StreamingInvoker(pipeline.aws, pipeline.names).fire_and_wait(START)
    running = read_prices(pipeline.aws, pipeline.names.table)
    key = {"TickerName": {"S": "Index_3"}}
    pipeline.aws.dynamodb.delete_item(TableName=pipeline.names.table, Key=key)

    assert pipeline.deployer.deploy(pipeline.options).items_seeded == 1
    after = {price.ticker: price for price in read_prices(pipeline.aws, pipeline.names.table)}
    assert after["Index_3"].price == Decimal(80)
    assert [after[p.ticker] for p in running if p.ticker != "Index_3"] == [
        price for price in running if price.ticker != "Index_3"
    ]

    pipeline.deployer.deploy(replace(pipeline.options, reset_prices=True))
    first = {price.ticker: price.price for price in FIRST_PRICES}
    reset = read_prices(pipeline.aws, pipeline.names.table)
    assert {price.ticker: price.price for price in reset} == first
    assert {price.tick for price in reset} == {None}


def test_the_schedule_is_really_switched(make_pipeline: MakePipeline) -> None:
    """Stock LocalStack calls a rule updated and leaves it as it was."""
    pipeline = make_pipeline()
    assert _rule_state(pipeline) == "DISABLED"
    pipeline.deployer.deploy(replace(pipeline.options, schedule_enabled=True))
    assert _rule_state(pipeline) == "ENABLED"
    targets = pipeline.aws.events.list_targets_by_rule(Rule=pipeline.names.rule)["Targets"]
    assert [target["Id"] for target in targets] == ["streaming-lambda"]
    pipeline.deployer.deploy(pipeline.options)
    assert _rule_state(pipeline) == "DISABLED"


def test_addresses_come_and_go(localstack: Host, make_pipeline: MakePipeline) -> None:
    """An added address is subscribed; a removed one is deleted if it was confirmed, as on AWS."""
    pipeline = make_pipeline()
    more = replace(pipeline.options, addresses=(ADDRESS, "second@example.com"))
    assert pipeline.deployer.deploy(more).changed_stacks == (pipeline.names.pipeline_stack,)
    assert _addresses(pipeline) == [ADDRESS, "second@example.com"]
    pipeline.deployer.deploy(pipeline.options)
    assert _addresses(pipeline) == [ADDRESS, "second@example.com"]
    pipeline.deployer.deploy(more)
    confirm(localstack.endpoint, "second@example.com")
    pipeline.deployer.deploy(pipeline.options)
    assert _addresses(pipeline) == [ADDRESS]


def _storage_template(pipeline: Pipeline, before: str, after: str) -> str:
    """The storage stack's, as it was sent, with something in it changed."""
    answer = pipeline.aws.cloudformation.get_template(StackName=pipeline.names.storage_stack)
    template = json.dumps(answer["TemplateBody"])
    assert before in template
    return template.replace(before, after)


def _apply_storage(pipeline: Pipeline, template: str) -> None:
    stacks = Stacks(pipeline.aws.cloudformation, WallClock(), PACE_SECONDS)
    parameters = {"DeliveryBucketName": pipeline.names.bucket}
    stacks.apply(pipeline.names.storage_stack, template, parameters)


def test_the_bucket_has_the_properties_of_its_template(make_pipeline: MakePipeline) -> None:
    """Nobody is let in by an ACL; a change of the template changes the bucket."""
    pipeline = make_pipeline()
    s3, bucket = pipeline.aws.s3, pipeline.names.bucket
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicAcls"], block["BlockPublicPolicy"]) == (True, False)
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]

    def days() -> int:
        (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]

    assert days() == 1
    changed = '"DaysAfterInitiation": 1', '"DaysAfterInitiation": 2'
    _apply_storage(pipeline, _storage_template(pipeline, *changed))
    assert days() == 2


def test_an_update_that_cannot_be_emulated_fails_by_name(pipeline: Pipeline) -> None:
    """What would be a silent success of LocalStack's is a failure that names the property."""
    added = '"AnalyticsConfigurations": [], "OwnershipControls"'
    template = _storage_template(pipeline, '"OwnershipControls"', added)
    with pytest.raises(InfrastructureError, match="cannot change AnalyticsConfigurations"):
        _apply_storage(pipeline, template)


def test_progress_shows_every_resource(aws: AwsClients) -> None:
    """Whoever waits sees each resource begin and complete; a second run reports nothing."""
    events: list[ResourceEvent] = []
    stacks = Stacks(aws.cloudformation, WallClock(), PACE_SECONDS, events.append)
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    assert stacks.apply("progress-test", template, {}).changed
    steps = [(event.resource, event.status) for event in events if event.resource == "Topic"]
    assert steps == [("Topic", "CREATE_IN_PROGRESS"), ("Topic", "CREATE_COMPLETE")]
    events.clear()
    assert not stacks.apply("progress-test", template, {}).changed
    assert events == []


def test_a_resource_that_fails_is_named_with_its_reason(aws: AwsClients) -> None:
    """The first failure, not the roll-back that follows it; and the stack says what to do next."""
    stacks = Stacks(aws.cloudformation, WallClock(), PACE_SECONDS)
    template = (
        '{"Resources": {"Broken": {"Type": "AWS::Lambda::Function", "Properties": {'
        '"Runtime": "python3.13", "Handler": "a.b", "Role": "arn:aws:iam::000000000000:role/r", '
        '"Code": {"S3Bucket": "no-such-bucket", "S3Key": "no-such-key"}}}}}'
    )
    with pytest.raises(InfrastructureError, match=r"Broken CREATE_FAILED: .*"):
        stacks.apply("failing-test", template, {})
    with pytest.raises(InfrastructureError, match=r"found (ROLLBACK_COMPLETE|CREATE_FAILED)"):
        stacks.apply("failing-test", template, {})
