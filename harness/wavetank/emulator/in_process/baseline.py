"""The data after a deployment, which is restored before each run; resources are not.

A run changes items, objects, records of streams, undelivered records, tokens of transactions,
messages and confirmations, logs, parameters, secrets, and, by its faults, policies; a handler may
also change a function's reserved concurrency, and a schedule is deleted after its last invocation
if it says so. Other changes of resources are reverted by the faults that made them. Restoring only
touches LocalStack's own stores, so it takes milliseconds.
[LocalStack 4.14: models of services/lambda_/invocation, s3, sns, sqs; moto: models of dynamodb,
iam]
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.s3.models import s3_stores
from localstack.services.sns.models import sns_stores
from localstack.services.sqs.models import sqs_stores
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.scheduler.models import scheduler_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from wavetank.emulator.dynamodb.direct import COMPLETED
from wavetank.emulator.dynamodb.table_stream import restore_streams, stream_states
from wavetank.emulator.in_process.function_output import FUNCTION_OUTPUT
from wavetank.emulator.kinesis.state import restore_shards, shard_states
from wavetank.emulator.logs.stored_events import log_streams, restore_log_streams
from wavetank.emulator.s3.notifications import SEQUENCERS
from wavetank.emulator.s3.version_ids import VERSIONS
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.services import (
    confirmations,
    deliverer,
    fifo_topics,
    s3_storage,
    waiting_deliveries,
)
from wavetank.emulator.sqs.passive_queues import restart_numbers
from wavetank.emulator.target_delivery.role_clients import forget_target_sessions


@dataclass(frozen=True)
class _Store:
    account: str
    region: str


class Baseline:
    """A copy of one account's data in a region, to which each run resets the simulator."""

    def __init__(self, account: str, region: str) -> None:
        self._store = _Store(account, region)
        self._items = {name: copy.deepcopy(table.items) for name, table in self._tables().items()}
        self._objects = {name: _copied(b.objects._store) for name, b in self._buckets().items()}  # noqa: SLF001 - LocalStack has no public name for it
        self._policies = {role.arn: dict(role.policies) for role in self._roles()}
        self._pending = {
            arn: found["PendingConfirmation"] for arn, found in self._subscriptions().items()
        }
        self._concurrency = {
            name: function.reserved_concurrent_executions
            for name, function in self._functions().items()
        }
        self._messages = confirmations().mailbox.all()
        self._table_streams = stream_states(account, region)
        self._shards = shard_states(account, region)
        self._schedules = {name: dict(g.schedules) for name, g in self._schedule_groups().items()}
        self._log_streams = log_streams(account, region)
        self._version_number = VERSIONS.number
        self._parameters = _copied_lists(ssm_backends[account][region]._parameters)  # noqa: SLF001 - moto has no public name for it
        self._secrets = copy.deepcopy(dict(secretsmanager_backends[account][region].secrets))

    def restore(self) -> None:
        """Restore the data."""
        for name, table in self._tables().items():
            table.items = copy.deepcopy(self._items.get(name, type(table.items)()))
        for name, bucket in self._buckets().items():
            self._restore_bucket(name, bucket)
        for role in self._roles():
            role.policies = dict(self._policies.get(role.arn, role.policies))
        for arn, found in self._subscriptions().items():
            found["PendingConfirmation"] = self._pending.get(arn, found["PendingConfirmation"])
        for name, function in self._functions().items():
            function.reserved_concurrent_executions = self._concurrency.get(name)
        for queue in self._queues():
            _empty(queue)
        restart_numbers()
        IDS.restart()
        restore_streams(self._store.account, self._store.region, self._table_streams)
        restore_shards(self._store.account, self._store.region, self._shards)
        COMPLETED.clear()
        for name, group in self._schedule_groups().items():
            group.schedules = dict(self._schedules.get(name, group.schedules))
        self._restore_settings()
        for deliveries in waiting_deliveries():
            deliveries.drop_all()
        deliverer().drop_all()
        forget_target_sessions()
        confirmations().mailbox.replace(self._messages)
        confirmations().reset_rates()
        fifo_topics().restart()
        SEQUENCERS.restart()
        VERSIONS.number = self._version_number
        FUNCTION_OUTPUT.drop_all()
        restore_log_streams(self._store.account, self._store.region, self._log_streams)

    def _restore_settings(self) -> None:
        """Restore the values of parameters and secrets."""
        account, region = self._store.account, self._store.region
        parameters = ssm_backends[account][region]._parameters  # noqa: SLF001 - as above
        parameters.clear()
        parameters.update(_copied_lists(self._parameters))
        secrets = secretsmanager_backends[account][region].secrets
        secrets.clear()
        secrets.update(copy.deepcopy(self._secrets))

    def _restore_bucket(self, name: str, bucket: Any) -> None:
        kept, store = self._objects.get(name, {}), bucket.objects._store  # noqa: SLF001 - as above
        known = {id(entry) for entry in _entries(kept)}
        s3_storage().remove(name, [entry for entry in _entries(store) if id(entry) not in known])
        store.clear()
        store.update(_copied(kept))

    def _tables(self) -> dict[str, Any]:
        return dict(dynamodb_backends[self._store.account][self._store.region].tables)

    def _buckets(self) -> dict[str, Any]:
        return dict(s3_stores[self._store.account][self._store.region].buckets)

    def _schedule_groups(self) -> dict[str, Any]:
        return dict(scheduler_backends[self._store.account][self._store.region].schedule_groups)

    def _roles(self) -> list[Any]:
        return list(iam_backends[self._store.account]["aws"].roles.values())

    def _subscriptions(self) -> dict[str, Any]:
        return dict(sns_stores[self._store.account][self._store.region].subscriptions)

    def _functions(self) -> dict[str, Any]:
        return dict(lambda_stores[self._store.account][self._store.region].functions)

    def _queues(self) -> list[Any]:
        return list(sqs_stores[self._store.account][self._store.region].queues.values())


def _empty(queue: Any) -> None:
    """Empty a queue: each begins empty, without the event by which S3 has tested it.

    The time of its last purge is reset, too: a queue cannot be purged twice within a minute, and
    time goes back with a reset.
    """
    queue.clear()
    queue.purge_in_progress, queue.purge_timestamp = False, None


def _copied_lists(store: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """By name: the versions of a parameter."""
    return {name: list(versions) for name, versions in store.items()}


def _copied(store: Mapping[str, Any]) -> dict[str, Any]:
    """By key: an object or, in a versioned bucket, the versions of the key by their ids."""
    return {key: dict(held) if isinstance(held, dict) else held for key, held in store.items()}


def _entries(store: Mapping[str, Any]) -> list[Any]:
    """The objects, including all versions."""
    held = [list(h.values()) if isinstance(h, dict) else [h] for h in store.values()]
    return [entry for entries in held for entry in entries]
