"""What is looked at before a run and after it: what is deployed, and what the tables hold."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import metadata

from wavetank.aws.clients import AwsClients
from wavetank.deployment.deployed import template_hash
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import RuleSpec, RunBegan, TableSnapshot
from wavetank.inspection.table_snapshot import table_snapshot
from wavetank.simulation.topology import Topology, confirmed_addresses, tables


def run_began(
    simulator: Simulator,
    topology: Topology,
    *,
    scenario: str,
    seed: int,
    start: datetime,
    until: datetime,
    options: Mapping[str, str],
) -> RunBegan:
    """The first event of a run on what is deployed now."""
    functions = [simulator.function(arn) for arn in sorted(topology.configurations)]
    told_on = confirmed_addresses(simulator.aws)
    return RunBegan(
        at=start,
        scenario=scenario,
        seed=seed,
        until=until,
        code={function.name: function.code_sha256 for function in functions},
        template=template_hash(simulator.aws, _stacks(simulator.aws)),
        version=metadata.version("wavetank"),
        rules=tuple(
            RuleSpec(rule.name, rule.expression, start, tuple(t.arn for t in rule.targets))
            for rule in topology.rules
        ),
        confirmed=told_on,
        options=options,
    )


def tables_seen(aws: AwsClients, now: datetime) -> Iterator[TableSnapshot]:
    """What each table holds now."""
    return (table_snapshot(aws, table, now) for table in tables(aws))


def _stacks(aws: AwsClients) -> list[str]:
    """The names of all stacks."""
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    return [stack["StackName"] for page in pages for stack in page["Stacks"]]
