"""The schema of a scenario file. Unknown keys are errors, so that a typing error is not ignored.

Values are not converted: a number is not accepted as a string, nor the reverse.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo

from wavetank.configuration.toml_documents import RefusedValueError, StrictModel
from wavetank.core.durations import YEAR, duration_text, parse_duration
from wavetank.core.errors import UsageError
from wavetank.core.field_values import FieldError
from wavetank.core.suggestions import shown
from wavetank.faults.fault import Fault
from wavetank.faults.serialization import fault_from_dict
from wavetank.scenario.timing.settings import Durations, durations_from_dict
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.scenario.workload.serialization import workload_from_dict

DESCRIPTION_CHARACTERS_MAX = 100
SEED_MAX = 2**63 - 1
"""The largest integer that every TOML reader is required to accept."""


def _fault(form: object) -> Fault:
    try:
        return fault_from_dict(form)
    except FieldError as error:
        raise RefusedValueError(error, error.field) from error


def _workload(form: object, info: ValidationInfo) -> WorkloadSpec:
    try:
        return workload_from_dict(form, info.context)
    except FieldError as error:
        raise RefusedValueError(error, error.field) from error


def _durations(form: object) -> Durations:
    try:
        return durations_from_dict(form)
    except FieldError as error:
        raise RefusedValueError(error, error.field) from error


def _horizon(value: object) -> timedelta:
    try:
        horizon = parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        horizon = timedelta()
    if not timedelta() < horizon <= YEAR:
        expected = f"`horizon` to be a duration above zero and up to {duration_text(YEAR)}"
        error = UsageError(expected, shown(value), 'write a number and its unit, such as "1h"')
        raise RefusedValueError(error)
    return horizon


def _as_tuple(value: object) -> object:
    """TOML arrays are read as lists; the frozen models have tuples."""
    return tuple(value) if isinstance(value, list) else value


type Invariants = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")], ...], BeforeValidator(_as_tuple)
]


class ExpectSchema(StrictModel):
    """The schema of the table `[expect]` in a scenario file."""

    check_only: Invariants | None = None
    breaks: Invariants = ()
    alerts_min: int = Field(default=0, ge=0)


class ScenarioSchema(StrictModel):
    """The schema of a scenario file; the scenario is named after the file.

    The context of validation is the folder of the file.
    """

    description: str = Field(max_length=DESCRIPTION_CHARACTERS_MAX, pattern=r"^[^\n]+$")
    horizon: Annotated[timedelta, PlainValidator(_horizon)]
    seed: int | None = Field(default=None, ge=0, le=SEED_MAX)
    expect: ExpectSchema = ExpectSchema()
    durations: Annotated[Durations, PlainValidator(_durations)] = Durations()
    fault: Annotated[
        tuple[Annotated[Fault, PlainValidator(_fault)], ...], BeforeValidator(_as_tuple)
    ] = ()
    workload: Annotated[
        tuple[Annotated[WorkloadSpec, PlainValidator(_workload)], ...], BeforeValidator(_as_tuple)
    ] = ()
