"""Plans by choice: the same few choices make a plan from a seed, and let Hypothesis make one.

A choice is a whole number between two others, and the smaller one is the simpler: earlier, shorter,
more usual. What seeds mean rests on `random.Random(seed).random()` alone, whose sequence Python
promises to keep.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError, ApiLatency, LostReply, PartialBatchFailure
from wavetank.faults.coverage import covered
from wavetank.faults.delivery import PermissionRemoved, RoleOwner
from wavetank.faults.fault import CountedFault, Fault, FunctionRole
from wavetank.faults.functions import (
    BrokenDeployment,
    HandlerCrash,
    InvocationFault,
    Side,
    SlowColdStart,
)
from wavetank.faults.host_faults import WrongClock
from wavetank.faults.plan import FaultPlan, consistent
from wavetank.faults.registry import VIRTUAL_KINDS
from wavetank.faults.ticks import DuplicateTick, LateTick, OverlappingTicks

type Choose = Callable[[int, int], int]
"""From the least and the greatest to one of them or a number between."""

STEP = timedelta(seconds=30)
"""Windows begin and end on a tick or in the middle between two."""
HORIZON_MIN = 2 * STEP
LASTS_STEPS_MAX = 60
FAULTS_MAX = 4
CALLS_MAX = 7
"""Of a tick: a scan, five prices, the batch, as in the assignment's script."""
OCCURRENCE_MAX = 3
TIMES_MAX = 3

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
RECORDS_PER_TICK = 20
ERRORS = (
    ("dynamodb:Scan", "ThrottlingException"),
    ("dynamodb:Scan", "InternalServerError"),
    ("dynamodb:TransactWriteItems", "ThrottlingException"),
    ("dynamodb:TransactWriteItems", "ProvisionedThroughputExceededException"),
    ("dynamodb:TransactWriteItems", "InternalServerError"),
    ("firehose:PutRecordBatch", "ServiceUnavailableException"),
    ("firehose:PutRecordBatch", "InternalFailure"),
    ("sns:Publish", "InternalError"),
)
"""What the services document that they may answer on the pipeline's path."""
CALLS_ON_PATH = tuple(dict.fromkeys(call for call, _ in ERRORS))
BATCH_CODES = ("ServiceUnavailableException", "InternalFailure")
PERMISSIONS = (
    (RoleOwner.RULE_TARGET, "dynamodb:Scan"),
    (RoleOwner.RULE_TARGET, "dynamodb:UpdateItem"),
    (RoleOwner.RULE_TARGET, "firehose:PutRecordBatch"),
    (RoleOwner.RULE_TARGET, "lambda:InvokeFunction"),
    (RoleOwner.FAILURE_DESTINATION, "sns:Publish"),
    (RoleOwner.DELIVERY_STREAM, "s3:PutObject"),
)
"""Those that the pipeline cannot work without."""


def draw_plan(
    seed: int, horizon: timedelta, kinds: Sequence[type[Fault]] = VIRTUAL_KINDS
) -> FaultPlan:
    """One to four faults within the horizon that the guarantee covers: for one seed the same.

    Raises:
        UsageError: the horizon leaves no room for a fault.
    """
    source = random.Random(seed)  # noqa: S311 - a plan that can be drawn again, not a secret

    def choose(least: int, greatest: int) -> int:
        return least + int(source.random() * (greatest - least + 1))

    count = choose(1, FAULTS_MAX)
    return covered(consistent(choose_fault(choose, horizon, kinds) for _ in range(count)))


def single_faults(
    horizon: timedelta, kinds: Sequence[type[Fault]] = VIRTUAL_KINDS
) -> tuple[Fault, ...]:
    """Each kind once, as it usually is, begun in the run's first quarter and healed before its end.

    Raises:
        UsageError: the horizon leaves no room for a fault.
    """
    _check_horizon(horizon)
    after, half = (horizon // part // SECOND * SECOND for part in (4, 2))
    made = (kind(after=after) for kind in kinds)
    return tuple(type(fault)(after=after, lasts=min(fault.lasts, half)) for fault in made)


def telling_faults(horizon: timedelta) -> tuple[Fault, ...]:
    """Each kind once, and a crash after each call that such a handler may make.

    Raises:
        UsageError: the horizon leaves no room for a fault.
    """
    singles = single_faults(horizon)
    crash = next(fault for fault in singles if isinstance(fault, HandlerCrash))
    others = (replace(crash, call_number=number) for number in range(2, CALLS_MAX + 1))
    return (*singles, *others)


def choose_fault(choose: Choose, horizon: timedelta, kinds: Sequence[type[Fault]]) -> Fault:
    """A fault that begins and is healed within the horizon."""
    _check_horizon(horizon)
    kind = kinds[choose(0, len(kinds) - 1)]
    lasts = choose(1, min(LASTS_STEPS_MAX, horizon // STEP)) * STEP
    after = choose(0, (horizon - lasts) // STEP) * STEP
    parameters = [make(choose) for base, make in PARAMETERS.items() if issubclass(kind, base)]
    return kind(after=after, lasts=lasts, **{k: v for made in parameters for k, v in made.items()})


def _check_horizon(horizon: timedelta) -> None:
    if horizon < HORIZON_MIN:
        expected = f"a horizon of at least {duration_text(HORIZON_MIN)} to draw faults in"
        raise UsageError(expected, str(horizon), "let the run last longer")


def _counted(choose: Choose) -> dict[str, Any]:
    occurrence, times = choose(1, OCCURRENCE_MAX), choose(1, TIMES_MAX + 1)
    return {"occurrence": occurrence, "times": None if times > TIMES_MAX else times}


def _invocation(choose: Choose) -> dict[str, Any]:
    """A tick makes three calls, the alert one."""
    function = _one_of(choose, tuple(FunctionRole))
    calls = 3 if function is FunctionRole.RULE_TARGET else 1
    number = choose(1, calls)
    return {"function": function, "call_number": number, "side": _one_of(choose, tuple(Side))}


def _api_error(choose: Choose) -> dict[str, Any]:
    call, code = _one_of(choose, ERRORS)
    return {"call": call, "code": code}


def _permission(choose: Choose) -> dict[str, Any]:
    owner, action = _one_of(choose, PERMISSIONS)
    return {"owner": owner, "action": action}


def _partial_batch(choose: Choose) -> dict[str, Any]:
    entries = {choose(0, RECORDS_PER_TICK - 1) for _ in range(choose(1, 4))}
    return {"entries": tuple(sorted(entries)), "code": _one_of(choose, BATCH_CODES)}


def _one_of[T](choose: Choose, options: Sequence[T]) -> T:
    return options[choose(0, len(options) - 1)]


PARAMETERS: Mapping[type[Fault], Callable[[Choose], dict[str, Any]]] = MappingProxyType(
    {
        CountedFault: _counted,
        LateTick: lambda choose: {"delay": choose(1, 300) * SECOND},
        DuplicateTick: lambda choose: {"copies": choose(1, 3), "gap": choose(0, 120) * SECOND},
        OverlappingTicks: lambda choose: {"ticks_later": choose(1, 3)},
        InvocationFault: _invocation,
        BrokenDeployment: lambda choose: {"function": _one_of(choose, tuple(FunctionRole))},
        SlowColdStart: lambda choose: {
            "function": _one_of(choose, tuple(FunctionRole)),
            "takes": choose(1, 30) * SECOND,
        },
        ApiError: _api_error,
        ApiLatency: lambda choose: {
            "call": _one_of(choose, CALLS_ON_PATH),
            "takes": choose(1, 300) * 100 * MILLISECOND,
        },
        LostReply: lambda choose: {"call": _one_of(choose, CALLS_ON_PATH)},
        PartialBatchFailure: _partial_batch,
        PermissionRemoved: _permission,
        WrongClock: lambda choose: {"behind": choose(1, 120) * 60 * SECOND},
    }
)
"""What a kind has besides its window, by its class or one that it is derived from."""
