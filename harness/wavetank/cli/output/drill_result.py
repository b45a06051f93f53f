"""A drill of a function, shown as it runs."""

from dataclasses import asdict

from wavetank.cli.output.console_output import Output
from wavetank.core.text import span
from wavetank.faults.fault import StateFault
from wavetank.faults.functions import BrokenDeployment
from wavetank.live.drill.function_drill import DrillResult, DrillSite, run_drill


def show_drill(
    site: DrillSite, output: Output, kind: type[StateFault] = BrokenDeployment
) -> DrillResult:
    """Run the drill, and show how long each step took."""
    with output.waiting(f"drilling, {span(site.timeout_seconds(kind))} at most"):
        result = run_drill(site, kind, output.say)
    times, alert = result.times, result.alert
    output.say(f"alert to {', '.join(alert.addresses)} after {times.alerted:.1f} s")
    output.say(f"reverted in {times.restored:.1f} s, a tick made {times.delivering:.1f} s later")
    output.emit("drill", kind=kind.kind, seconds=asdict(times), alert=asdict(alert))
    return result
