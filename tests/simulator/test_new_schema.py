"""Other indexes of a table while functions write it: what fits them, and what does not."""

from pathlib import Path
from typing import Any

import pytest

from tests.documents import blocks
from tests.simulator.conftest import Deployed
from tests.simulator.runs import MINUTE, ScenarioRun, run_faults, run_scenario
from wavetank.core.errors import ExitCode, UsageError
from wavetank.faults.changes import IndexChange
from wavetank.faults.deployments import NewSchema
from wavetank.history import AttemptEnded, Outcome
from wavetank.scenario.parser import parse_scenario
from wavetank.simulation.fault_scheduler import SimulatedResources
from wavetank.simulation.runner import START
from wavetank.simulation.table_indexes import change_indexes, index_differences, index_names
from wavetank.simulation.topology import read_topology

(TEMPLATE,) = blocks("docs/scenarios.md", "yaml new-schema")
"""An index of prices as texts."""
INDEX = (
    '{"IndexName": "by-n", "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}], '
    '"Projection": {"ProjectionType": "ALL"}, '
    '"AttributeDefinitions": [{"AttributeName": "n", "AttributeType": "N"}]}'
)
AFTER, LASTS = 150 * MINUTE / 60, 3 * MINUTE


def run(deployed: Deployed, folder: Path, kind: str) -> ScenarioRun:
    """A run in which the table has an index of prices of that type, from 2:30 to 5:30."""
    path = folder / "new.yaml"
    path.write_text(TEMPLATE.replace("Price, AttributeType: S", f"Price, AttributeType: {kind}"))
    return run_faults(deployed, NewSchema(after=AFTER, lasts=LASTS, template=str(path)))


def failed(found: ScenarioRun) -> list[float]:
    """The minutes at which attempts failed."""
    ended = found.of(AttemptEnded)
    return [(e.at - START) / MINUTE for e in ended if e.outcome is not Outcome.SUCCESS]


def indexes(deployed: Deployed) -> list[str]:
    """Those of the table of prices."""
    return index_names(deployed.simulator.aws, deployed.names.table)


def test_items_that_do_not_fit_an_index_are_refused(deployed: Deployed, tmp_path: Path) -> None:
    """Until the rollback, from which on the writers make up for it."""
    found = run(deployed, tmp_path, "S")
    failures = failed(found)
    assert failures
    assert min(failures) >= AFTER / MINUTE
    assert max(failures) <= (AFTER + LASTS) / MINUTE + 0.1
    assert found.broken() == {}
    assert indexes(deployed) == []


def test_an_index_that_fits_changes_nothing(deployed: Deployed, tmp_path: Path) -> None:
    """Writers do not notice it."""
    found = run(deployed, tmp_path, "N")
    assert failed(found) == []
    assert found.broken() == {}


def test_an_index_lacks_the_items_that_do_not_fit(deployed: Deployed) -> None:
    """A query and a scan of it succeed, with those that fit."""
    aws, name = deployed.simulator.aws.dynamodb, "unfit"
    key: Any = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes: Any = [{"AttributeName": "id", "AttributeType": "S"}]
    aws.create_table(
        TableName=name,
        KeySchema=key,
        AttributeDefinitions=attributes,
        BillingMode="PAY_PER_REQUEST",
    )
    for number, value in (("1", {"S": "x"}), ("2", {"N": "7"}), ("3", {"N": "8"})):
        aws.put_item(TableName=name, Item={"id": {"S": number}, "n": value})
    change_indexes(deployed.simulator.aws, name, [INDEX], [])
    scanned = aws.scan(TableName=name, IndexName="by-n")["Items"]
    queried = aws.query(
        TableName=name,
        IndexName="by-n",
        KeyConditionExpression="n = :n",
        ExpressionAttributeValues={":n": {"N": "7"}},
    )["Items"]
    aws.delete_table(TableName=name)
    assert sorted(item["id"]["S"] for item in scanned) == ["2", "3"]
    assert [item["id"]["S"] for item in queried] == ["2"]


def test_a_removed_index_comes_back(deployed: Deployed) -> None:
    """As it was, with the types of its key."""
    aws, table = deployed.simulator.aws, deployed.names.table
    resources = SimulatedResources(deployed.simulator, read_topology(aws))
    change_indexes(aws, table, [INDEX], [])
    change = IndexChange(table=table, added=(), removed=(INDEX,))
    change.apply(resources)
    assert indexes(deployed) == []
    assert [change.revert(resources) for _ in range(2)] == [True, False]
    assert indexes(deployed) == ["by-n"]
    change_indexes(aws, table, [], [INDEX])
    assert indexes(deployed) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PriceTable:", "Other:", r"tables that are deployed; found Other .* which is not"),
        ("TickerName, KeyType: HASH", "Other, KeyType: HASH", "another one replaces the table"),
        ("      GlobalSecondaryIndexes", "      Tags: []\n#", "other global secondary indexes"),
    ],
)
def test_what_is_no_change_of_indexes_is_refused(
    deployed: Deployed, tmp_path: Path, old: str, new: str, message: str
) -> None:
    """By the line of the template."""
    path = tmp_path / "new.yaml"
    path.write_text(TEMPLATE.replace(old, new).partition("#")[0])
    with pytest.raises(UsageError, match=message):
        index_differences(deployed.simulator.aws, path)


def test_the_documents_example_ends_as_it_expects(deployed: Deployed, tmp_path: Path) -> None:
    """With the template of the page."""
    (text,) = blocks("docs/scenarios.md", "toml new-schema")
    path = tmp_path / "indexes.yaml"
    path.write_text(TEMPLATE)
    scenario = parse_scenario("x", text.replace("indexes.yaml", str(path)), "x.toml")
    found = run_scenario(deployed, scenario)
    assert found.result.exit_code == ExitCode.VALID, found.broken()
    assert failed(found)


@pytest.mark.parametrize(("template", "found"), [("", "none"), ("no/such.yaml", "no/such.yaml")])
def test_a_template_that_is_not_there_is_refused(
    deployed: Deployed, template: str, found: str
) -> None:
    """Before the run."""
    message = f"the `template` of new-schema to be a file or folder; found {found}"
    with pytest.raises(UsageError, match=message):
        run_faults(deployed, NewSchema(after=AFTER, lasts=LASTS, template=template))
