"""Blockers and changes of a deployment, found before anything changes."""

from pathlib import Path

from wavetank.aws.target import Target
from wavetank.core.clock import WallClock
from wavetank.core.findings import Finding
from wavetank.core.reporter import Reporter
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.plan import DeploymentPlan, plan_deployment
from wavetank.deployment.preflight import preflight


def check_blockers(target: Target, options: DeploymentOptions, reporter: Reporter) -> list[Finding]:
    """Runs the preflight checks and shows their findings, each with a fix."""
    findings = []
    with reporter.waiting("checking for blockers") as status:
        for found in preflight(target, options.names, options.addresses, WallClock()):
            status.update(f"checked: {found.requirement}")
            findings.append(found)
    reporter.findings(findings)
    return findings


def preview_changes(
    target: Target, options: DeploymentOptions, shipped_folder: Path, reporter: Reporter
) -> DeploymentPlan:
    """The changes that a deployment would make; nothing is changed."""
    with reporter.waiting("asking CloudFormation what would change"):
        return plan_deployment(target, options, shipped_folder, WallClock())
