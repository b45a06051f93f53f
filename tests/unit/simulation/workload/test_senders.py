"""How workloads call AWS's APIs, without an emulator."""

import random
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from wavetank.scenario.workload.body import ActionValues
from wavetank.scenario.workload.kinds import PutItem
from wavetank.simulation.deployed_resources import DeployedResources
from wavetank.simulation.workload.senders import WorkloadAction, WorkloadSenders


def test_a_table_is_described_once() -> None:
    """Its key does not change from put to put."""
    described: list[str] = []

    def describe_table(**parameters: str) -> Any:
        described.append(parameters["TableName"])
        return {"Table": {"KeySchema": [{"AttributeName": "id"}]}}

    pages = [{"TableNames": ["things"]}]
    dynamodb = SimpleNamespace(
        describe_table=describe_table,
        get_paginator=lambda _: SimpleNamespace(paginate=lambda: pages),
        put_item=lambda **_: {},
    )
    services: Any = SimpleNamespace(dynamodb=dynamodb)
    unused: Any = None
    resources = DeployedResources(list)
    senders = WorkloadSenders(
        aws=services,
        resources=resources,
        invocations=unused,
        entries=unused,
        new_id=unused,
        put_service_event=unused,
    )
    send = senders.sender(PutItem(target="things", count=2, body="{}"))
    values = ActionValues(1, datetime(2030, 1, 1, tzinfo=UTC), "key-1", random.Random(1))  # noqa: S311 - a test
    assert [send(WorkloadAction(values, b'{"id": 7}')) for _ in range(2)] == [("7",), ("7",)]
    assert described == ["things"]
