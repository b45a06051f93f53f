"""What `plan` shows, and `deploy` before it asks: preflight, changes, and what a month costs."""

from wavetank.aws.target import Target
from wavetank.cli.output import Output
from wavetank.cli.plan_output import show_cost, show_plan
from wavetank.core.clock import WallClock
from wavetank.core.findings import Finding
from wavetank.core.settings import read_settings
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.plan import DeploymentPlan, plan_deployment
from wavetank.deployment.preflight import preflight
from wavetank.templates.costs import Assumptions, read_prices, read_workload


def look_ahead(target: Target, options: DeploymentOptions, output: Output) -> list[Finding]:
    """What could go wrong, with what to do about it."""
    findings = []
    with output.waiting("looking what could go wrong") as status:
        for found in preflight(target, options.names, options.addresses, WallClock()):
            status.update(f"looked at: {found.requirement}")
            findings.append(found)
    output.findings(findings)
    return findings


def ask_for_changes(target: Target, options: DeploymentOptions, output: Output) -> DeploymentPlan:
    """What would change; nothing does."""
    with output.waiting("asking CloudFormation what would change"):
        return plan_deployment(target, options, read_settings().project_folder, WallClock())


def show_forecast(
    planned: DeploymentPlan, options: DeploymentOptions, milliseconds: int | None, output: Output
) -> None:
    """The changes, and a month's cost; `milliseconds` is a measured tick's, if there is one."""
    show_plan(planned, output)
    assumptions = (
        Assumptions()
        if milliseconds is None
        else Assumptions(tick_milliseconds=milliseconds, tick_measured=True)
    )
    addresses = len({address.lower() for address in options.addresses})
    workload = read_workload(planned.template, planned.parameters, addresses, assumptions)
    show_cost(workload, read_prices(), WallClock().now().date(), output)
