"""Which engines can run a scenario: those that support its workload, durations and faults."""

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.core.text import pluralize
from wavetank.faults.catalogue import ALL_KINDS, HOST_KINDS, engines_of
from wavetank.faults.fault import Fault
from wavetank.scenario.model import Scenario
from wavetank.scenario.timing.settings import Durations


def check_supported(scenario: Scenario, engine: EngineName) -> None:
    """Check that the engine supports the workload, durations and all faults of the scenario.

    Raises:
        UsageError: it does not; names the faults, and the engines that support them. Or a fault is
            of a call that the SDK does not know.
    """
    if calls := scenario.plan.unlisted_calls():
        from wavetank.aws.service_models import check_calls  # noqa: PLC0415 - imports the SDK

        check_calls(calls)
    if scenario.workloads and engine is not EngineName.SIMULATOR:
        raise UsageError(
            f"a scenario without [[workload]], which {engine} does not send",
            f"{pluralize(len(scenario.workloads), 'workload')} in {scenario.name}",
            "leave --engine out: the simulator sends it",
        )
    if scenario.durations != Durations() and engine is not EngineName.SIMULATOR:
        raise UsageError(
            f"a scenario without [durations]: on {engine} calls take what they take",
            f"[durations] in {scenario.name}",
            "leave --engine out: the simulator applies them",
        )
    kinds = {type(fault) for fault in scenario.plan.faults}
    refused = [kind for kind in ALL_KINDS if kind in kinds and engine not in _engines(kind)]
    if refused:
        reasons = [(kind.kind, _reason(kind)) for kind in refused]
        named = "; ".join(
            f"{', '.join(kind for kind, other in reasons if other == reason)} ({reason})"
            for reason in dict.fromkeys(reason for _, reason in reasons)
        )
        raise UsageError(
            f"faults that {engine} supports",
            f"in {scenario.name}: {named}",
            "leave --engine out, choose another scenario, or take them out",
        )


def _engines(kind: type[Fault]) -> tuple[EngineName, ...]:
    """The engines that can run it in a scenario: faults of the host are injected by `drill`."""
    return () if kind in HOST_KINDS else engines_of(kind)


def _reason(kind: type[Fault]) -> str:
    engines = _engines(kind)
    return f"only on {', '.join(engines)}" if engines else "only by ./wavetank drill --fault"
