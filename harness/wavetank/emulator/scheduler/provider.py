"""LocalStack's EventBridge Scheduler, whose schedules invoke their targets.

The schedules are in moto's store, by account and region, where LocalStack has them.
[LocalStack 4.14: services/scheduler/provider.py; moto: scheduler/models.py; EventBridge Scheduler
API reference]
"""

import logging
import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.scheduler import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import Service, aws_provider
from localstack.services.scheduler.provider import SchedulerProvider
from moto.scheduler.models import Schedule, ScheduleGroup, scheduler_backends

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.scheduler.idempotency import is_repeated, keep_creation, mark_created
from wavetank.emulator.scheduler.invocations import ScheduleInvocations
from wavetank.emulator.scheduler.schedules import check_definition
from wavetank.emulator.scheduler.targets import ScheduleInvocation
from wavetank.emulator.scheduler.timetable import DueInvocation, ScheduleTimetable
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.5
DEFAULT_GROUP = "default"
DELETE = "DELETE"


class WavetankScheduler(SchedulerProvider):
    """LocalStack's EventBridge Scheduler provider, whose schedules invoke their targets.

    In virtual time the simulation invokes them instead.
    """

    def __init__(self, clock: Clock, *, fires: bool) -> None:
        super().__init__()
        self._clock = clock
        self._fires = fires
        self._timetable = ScheduleTimetable()
        self._stopped = threading.Event()
        self._changing = threading.Lock()
        self.deliveries = TargetDeliveries(clock, has_thread=fires)
        self._invocations = ScheduleInvocations(self.deliveries, clock)

    def on_before_start(self) -> None:
        """Start to invoke targets, unless the simulation does."""
        if self._fires:
            threading.Thread(target=self._run, name="schedules", daemon=True).start()

    def on_before_stop(self) -> None:
        """Stop to invoke targets."""
        self._stopped.set()
        self.deliveries.report_lost("EventBridge Scheduler")

    def create_schedule(self, context: RequestContext, *_: Any, **__: Any) -> Any:
        """Create a schedule.

        Raises:
            ConflictException: the group has a schedule of that name.
            ResourceNotFoundException: the group does not exist.
            ValidationException: the definition is invalid.
        """
        definition: Any = context.service_request
        check_definition(definition, self._clock.now())
        with self._changing:
            group = _group(context, definition)
            if definition["Name"] in group.schedules:
                former = group.schedules[definition["Name"]]
                if is_repeated(former, definition):
                    return {"ScheduleArn": former.arn}
                raise ConflictException(f"Schedule {definition['Name']} already exists.")
            schedule = _schedule(context, group.name, definition)
            mark_created(schedule, definition)
            group.add_schedule(schedule)
        return {"ScheduleArn": schedule.arn}

    def update_schedule(self, context: RequestContext, *_: Any, **__: Any) -> Any:
        """Replace a schedule's definition: what the call does not contain gets its default.

        Raises:
            ResourceNotFoundException: the schedule or its group does not exist.
            ValidationException: the definition is invalid.
        """
        definition: Any = context.service_request
        check_definition(definition, self._clock.now())
        with self._changing:
            group = _group(context, definition)
            former = group.schedules.get(definition["Name"])
            if former is None:
                raise ResourceNotFoundException(f"Schedule {definition['Name']} does not exist.")
            schedule = _schedule(context, group.name, definition)
            schedule.creation_date = former.creation_date
            keep_creation(former, schedule)
            group.add_schedule(schedule)
        return {"ScheduleArn": schedule.arn}

    def create_schedule_group(self, context: RequestContext, name: str, *_: Any, **__: Any) -> Any:
        """Create a group.

        Raises:
            ConflictException: it exists.
        """
        definition: Any = context.service_request
        with self._changing:
            groups = _backend(context).schedule_groups
            if name in groups and is_repeated(groups[name], definition):
                return {"ScheduleGroupArn": groups[name].arn}
            if name in groups:
                raise ConflictException(f"Schedule group {name} already exists.")
            answer = call_moto(context)
            mark_created(groups[name], definition)
            return answer

    def delete_schedule_group(self, context: RequestContext, name: str, *_: Any, **__: Any) -> Any:
        """Delete a group with its schedules.

        Raises:
            ResourceNotFoundException: it does not exist.
            ValidationException: it is the default group.
        """
        if name == DEFAULT_GROUP:  # every schedule without a group is in it
            raise ValidationException("The default schedule group cannot be deleted.")
        if name not in _backend(context).schedule_groups:
            raise ResourceNotFoundException(f"Schedule group {name} does not exist.")
        return call_moto(context)

    def list_schedules(self, context: RequestContext, *_: Any, **__: Any) -> Any:
        """The schedules; of one group only if the call names one.

        Raises:
            ResourceNotFoundException: the group does not exist.
        """
        group = (context.service_request or {}).get("GroupName")
        if group and group not in _backend(context).schedule_groups:
            raise ResourceNotFoundException(f"Schedule group {group} does not exist.")
        return call_moto(context)

    def invoke(self, schedule: Schedule, scheduled: datetime, execution: str) -> None:
        """Invoke the schedule's target for the instant; failures are retried."""
        self._invocations.begin(
            ScheduleInvocation(schedule=schedule, scheduled=scheduled, execution=execution)
        )

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            try:
                self._fire_due()
            except Exception:  # without this thread no schedule would invoke its target again
                LOG.exception("schedules were not checked; they are checked again")

    def _fire_due(self) -> None:
        for due in self._timetable.take_due(all_schedules(), self._clock.now()):
            threading.Thread(target=self._fire, args=(due,), daemon=True).start()

    def _fire(self, due: DueInvocation) -> None:
        self.invoke(due.schedule, due.scheduled, uuid.uuid4().hex[:16])
        if due.is_last:
            complete(due.schedule)


def complete(schedule: Schedule) -> None:
    """Delete a schedule after its last invocation, if it says so.

    [EventBridge Scheduler user guide, managing-schedule-delete]
    """
    if schedule.action_after_completion == DELETE:
        _, _, _, region, account, *_ = schedule.arn.split(":")
        group = scheduler_backends[account][region].schedule_groups.get(schedule.group_name)
        if group is not None and group.schedules.get(schedule.name) is schedule:
            group.delete_schedule(schedule.name)


def all_schedules() -> Iterator[Schedule]:
    """Every schedule of every account and region."""
    for regions in list(scheduler_backends.values()):
        for backend in list(regions.values()):
            for group in list(backend.schedule_groups.values()):
                yield from list(group.schedules.values())


@aws_provider(api="scheduler", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_scheduler() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    fires = read_emulator_settings().time is TimeChoice.WALL
    provider = WavetankScheduler(WallClock(), fires=fires)
    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)


def _backend(context: RequestContext) -> Any:
    return scheduler_backends[context.account_id][context.region]


def _group(context: RequestContext, definition: Mapping[str, Any]) -> ScheduleGroup:
    name = definition.get("GroupName") or DEFAULT_GROUP
    found: ScheduleGroup | None = _backend(context).schedule_groups.get(name)
    if found is None:
        raise ResourceNotFoundException(f"Schedule group {name} does not exist.")
    return found


def _schedule(context: RequestContext, group: str, definition: Mapping[str, Any]) -> Schedule:
    return Schedule(
        region=context.region,
        account_id=context.account_id,
        group_name=group,
        name=definition["Name"],
        description=definition.get("Description"),
        schedule_expression=definition["ScheduleExpression"],
        schedule_expression_timezone=definition.get("ScheduleExpressionTimezone"),
        flexible_time_window=dict(definition["FlexibleTimeWindow"]),
        target=dict(definition["Target"]),
        state=definition.get("State"),
        kms_key_arn=definition.get("KmsKeyArn"),
        start_date=_seconds(definition.get("StartDate")),
        end_date=_seconds(definition.get("EndDate")),
        action_after_completion=definition.get("ActionAfterCompletion") or "NONE",
    )


def _seconds(instant: datetime | None) -> Any:
    """As moto stores an instant."""
    return None if instant is None else instant.timestamp()
