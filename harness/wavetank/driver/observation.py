"""What is looked at before a run and after it: what is deployed, and what the tables hold."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import metadata

from wavetank.clients import AwsClients
from wavetank.driver.wiring import Wiring, confirmed_addresses, tables
from wavetank.engines.tank.engine import Tank
from wavetank.history import RuleSpec, RunBegan, TableSeen


def run_began(
    tank: Tank,
    wiring: Wiring,
    *,
    scenario: str,
    seed: int,
    start: datetime,
    until: datetime,
    options: Mapping[str, str],
) -> RunBegan:
    """The first event of a run on what is deployed now."""
    functions = [tank.function(arn) for arn in sorted(wiring.configurations)]
    told_on = confirmed_addresses(tank.aws)
    return RunBegan(
        at=start,
        scenario=scenario,
        seed=seed,
        until=until,
        code={function.name: function.code_sha256 for function in functions},
        template=_template_hash(tank.aws),
        version=metadata.version("wavetank"),
        rules=tuple(
            RuleSpec(rule.name, rule.expression, start, tuple(t.arn for t in rule.targets))
            for rule in wiring.rules
        ),
        confirmed=told_on,
        options=options,
    )


def tables_seen(aws: AwsClients, now: datetime) -> Iterator[TableSeen]:
    """What each table holds now."""
    for table in tables(aws):
        pages = aws.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        items = [_texts(item) for page in pages for item in page["Items"]]
        items.sort(key=lambda item: json.dumps(item, sort_keys=True))
        yield TableSeen(now, table, tuple(items))


def _texts(item: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Each attribute as text: what is no number or text itself, as JSON."""
    return {name: _text(next(iter(value.values()))) for name, value in item.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _template_hash(aws: AwsClients) -> str:
    """Of the templates of all stacks, by name."""
    digest = hashlib.sha256()
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    for name in sorted(stack["StackName"] for page in pages for stack in page["Stacks"]):
        template = aws.cloudformation.get_template(StackName=name)["TemplateBody"]
        digest.update(f"{name}\n{json.dumps(template, sort_keys=True, default=str)}\n".encode())
    return digest.hexdigest()
