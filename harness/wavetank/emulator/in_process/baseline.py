"""What there is after a deployment, to go back to before each run: data, not resources.

A run changes items, objects, undelivered records, messages and confirmations, logs, and, by its
faults, policies; what it changes of the resources themselves its faults heal. Going back is a
matter of LocalStack's own stores, and so of milliseconds.
[LocalStack 4.14: services/s3/models.py, services/sns/models.py; moto: dynamodb, iam, logs models]
"""

import copy
from dataclasses import dataclass
from typing import Any

from localstack.services.s3.models import s3_stores
from localstack.services.sns.models import sns_stores
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from wavetank.emulator.services import confirmations, deliverer, s3_storage


@dataclass(frozen=True)
class _Place:
    account: str
    region: str


class Baseline:
    """The data of one account and region at the moment when this was made."""

    def __init__(self, account: str, region: str) -> None:
        self._place = _Place(account, region)
        self._items = {name: copy.deepcopy(table.items) for name, table in self._tables().items()}
        self._objects = {name: dict(b.objects._store) for name, b in self._buckets().items()}  # noqa: SLF001 - LocalStack has no public name for it
        self._policies = {role.arn: dict(role.policies) for role in self._roles()}
        self._pending = {
            arn: found["PendingConfirmation"] for arn, found in self._subscriptions().items()
        }
        self._messages = confirmations().mailbox.all()

    def restore(self) -> None:
        """Makes the data what they were."""
        for name, table in self._tables().items():
            table.items = copy.deepcopy(self._items.get(name, type(table.items)()))
        for name, bucket in self._buckets().items():
            self._restore_bucket(name, bucket)
        for role in self._roles():
            role.policies = dict(self._policies.get(role.arn, role.policies))
        for arn, found in self._subscriptions().items():
            found["PendingConfirmation"] = self._pending.get(arn, found["PendingConfirmation"])
        deliverer().drop_all()
        confirmations().mailbox.replace(self._messages)
        confirmations().forget_sendings()
        self._forget_logs()

    def _restore_bucket(self, name: str, bucket: Any) -> None:
        kept, store = self._objects.get(name, {}), bucket.objects._store  # noqa: SLF001 - as above
        made = [entry for key, entry in store.items() if kept.get(key) is not entry]
        s3_storage().remove(name, made)
        store.clear()
        store.update(kept)

    def _forget_logs(self) -> None:
        for group in logs_backends[self._place.account][self._place.region].groups.values():
            group.streams.clear()

    def _tables(self) -> dict[str, Any]:
        return dict(dynamodb_backends[self._place.account][self._place.region].tables)

    def _buckets(self) -> dict[str, Any]:
        return dict(s3_stores[self._place.account][self._place.region].buckets)

    def _roles(self) -> list[Any]:
        return list(iam_backends[self._place.account]["aws"].roles.values())

    def _subscriptions(self) -> dict[str, Any]:
        return dict(sns_stores[self._place.account][self._place.region].subscriptions)
