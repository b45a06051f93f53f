"""The topology of the deployed pipeline, as the simulation reads it."""

from datetime import timedelta
from typing import Any

from tests.simulator.conftest import Deployed
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.simulation.retry_policy import InvokeConfiguration
from wavetank.simulation.topology import (
    invoke_configuration,
    scheduled_rules,
    substituted_runtimes,
)


def _arn(pipeline: Deployed, function: str) -> str:
    found = pipeline.simulator.aws.awslambda.get_function_configuration(FunctionName=function)
    return found["FunctionArn"]


def test_the_rule_with_its_schedule_and_its_target(pipeline: Deployed) -> None:
    """Off, since the simulation fires it."""
    (rule,) = scheduled_rules(pipeline.simulator.aws)
    names = pipeline.names
    assert (rule.name, rule.expression, rule.enabled) == (names.rule, "rate(1 minute)", False)
    assert [target.arn for target in rule.targets] == [_arn(pipeline, names.streaming_function)]


def test_retries_and_the_destination_of_failures(pipeline: Deployed) -> None:
    """As in the template; a function without a configuration has AWS's defaults."""
    aws, names = pipeline.simulator.aws, pipeline.names
    assert invoke_configuration(aws, names.streaming_function) == InvokeConfiguration(
        retries_max=2,
        age_max=timedelta(hours=1),
        on_failure=_arn(pipeline, names.notification_function),
    )
    assert invoke_configuration(aws, names.notification_function) == InvokeConfiguration()


def test_a_runtime_of_another_version_is_named_with_the_one_that_it_runs_on(
    deployed: Deployed,
) -> None:
    """For users who would otherwise take a difference between the two for one of their code."""
    aws, name = deployed.simulator.aws, deployed.names.streaming_function
    assert substituted_runtimes(aws) == []
    _update_runtime(aws, name, "python3.9")
    (text,) = substituted_runtimes(aws)
    _update_runtime(aws, name, "python3.13")
    assert text.startswith("functions with the runtime python3.9 run on Python 3.")


def _update_runtime(aws: AwsClients, name: str, runtime: Any) -> None:
    aws.awslambda.update_function_configuration(FunctionName=name, Runtime=runtime)
    wait_until_seen(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name)["LastUpdateStatus"],
        lambda status: status == "Successful",
        "the update",
    )
