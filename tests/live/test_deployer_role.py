"""The promotion's role at work: what our commands call with its rights alone, policies enforced.

What CloudFormation calls in the role's name is checked too, but for what LocalStack's resource
providers only read; tests/unit/deployment/test_deployer_role.py has what AWS's need.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.deployer_role import deployer_policies
from tests.live.conftest import ADDRESS, PACE_SECONDS, MakeRole
from tests.live.drills import drill_site
from tests.live.hosts import PROJECT
from tests.live.names import unique_names
from tests.waiting import wait_until_true
from wavetank.aws.clients import AwsClients, ClientError, role_clients
from wavetank.core.clock import WallClock
from wavetank.core.naming import Names
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.faults.functions import BrokenDeployment
from wavetank.inspection.requirements import CheckedPipeline, check_requirements

PREFIX_LETTERS = 9


def test_the_life_of_a_pipeline_needs_no_more(
    aws: AwsClients, make_role: MakeRole, tmp_path: Path
) -> None:
    """The role deploys twice, checks, runs a drill and deletes the pipeline, without a denial."""
    names, clock = unique_names(), WallClock()
    deployer = role_clients(aws, make_role(*_statements(names)))
    options = DeploymentOptions(names=names, addresses=(ADDRESS,), schedule_enabled=False)
    for _ in range(2):
        Deployer(deployer, PROJECT, clock, PACE_SECONDS).deploy(options)
    checked = CheckedPipeline(deployer, names, clock, (ADDRESS,), (), lambda: None)
    assert len(list(check_requirements(checked))) > 12
    target = drill_site(deployer, names, "", tmp_path).target
    with (
        target.injected("drill", BrokenDeployment(after=timedelta())),
        pytest.raises(ClientError, match="not authorized"),
    ):
        deployer.dynamodb.delete_item(TableName=names.table, Key={"TickerName": {"S": "Index_1"}})
    for stack in (names.pipeline_stack, names.storage_stack):
        deployer.cloudformation.update_termination_protection(
            StackName=stack, EnableTerminationProtection=False
        )
        deployer.cloudformation.delete_stack(StackName=stack)
    wait_until_true(lambda: not _stacks(deployer, names), "both stacks to be deleted", 60)


def _statements(names: Names) -> list[dict[str, object]]:
    policies = deployer_policies(
        NamePrefix=names.stem[:PREFIX_LETTERS], LowerPrefix=names.bucket[:PREFIX_LETTERS]
    )
    return [statement for document in policies.values() for statement in document["Statement"]]


def _stacks(deployer: AwsClients, names: Names) -> list[str]:
    pages = deployer.cloudformation.get_paginator("describe_stacks").paginate()
    found = [stack["StackName"] for page in pages for stack in page["Stacks"]]
    return [name for name in found if name in {names.pipeline_stack, names.storage_stack}]
