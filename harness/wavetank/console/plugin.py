"""Adds the pages and the fault switches when LocalStack starts, except in virtual time."""

from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from wavetank.emulator.settings import TimeChoice, read_emulator_settings


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def show_pages() -> None:
    """Add the routes; without them, the modules behind them are not imported either."""
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return
    from wavetank.console.api import DataRoutes  # noqa: PLC0415 - as above
    from wavetank.console.fault_routes import FaultRoutes, fault_switches  # noqa: PLC0415 - as above
    from wavetank.console.pages import Pages  # noqa: PLC0415 - as above
    from wavetank.core.clock import WallClock  # noqa: PLC0415 - as said above

    clock = WallClock()
    switches = fault_switches(clock)
    for routes in (FaultRoutes(switches), DataRoutes(clock), Pages(switches, clock)):
        ROUTER.add(routes)
