"""What `check`, `drill` and `demo` do with a sandbox: judge it, and break its function."""

from dataclasses import asdict

from wavetank.cli.addresses import require_confirmed
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox
from wavetank.drill.broken_handler import Drill, DrillResult
from wavetank.errors import ExitCode
from wavetank.probes import alerts
from wavetank.requirements import check_requirements
from wavetank.verdicts import exit_code


def judge(running: RunningSandbox, output: Output) -> ExitCode:
    """Checks, shows, and tells the exit code."""
    with output.waiting("waiting for Firehose to deliver, at most a minute and a half"):
        running.wait_until_fresh()
    with output.waiting("checking"):
        findings = list(check_requirements(running.checked()))
    output.findings(findings)
    return exit_code(findings)


def perform(running: RunningSandbox, output: Output) -> DrillResult:
    """Drills and shows how long each step took."""
    require_confirmed(running)
    exercise = Drill(
        running.aws,
        running.names,
        running.clock,
        alerts=lambda: alerts(running.record.endpoint),
        say=output.say,
    )
    result = exercise.run(running.record.retry_base_delay_seconds)
    times = result.times
    output.say(f"alert to {result.alert.address} after {times.alerted:.1f} s")
    output.say(f"restored in {times.restored:.1f} s, a tick made {times.delivering:.1f} s later")
    output.emit("drill", seconds=asdict(times), alert=asdict(result.alert))
    return result
