"""A plan and its cost on a terminal, in a pipe, and as JSON; signs and words, not only colours."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

from rich.text import Text

from wavetank.cli.output.console_output import Output
from wavetank.core.clock import WallClock
from wavetank.core.text import pluralize
from wavetank.deployment.change_preview import StackChanges
from wavetank.deployment.changes import (
    ChangeAction,
    PropertyChange,
    ResourceChange,
    ResourceReplacement,
)
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.plan import DeploymentPlan
from wavetank.templates.costs import (
    Assumptions,
    Line,
    PriceTable,
    Workload,
    estimate,
    failing_all_month,
    read_prices,
    read_workload,
)
from wavetank.ticker.contract import FIRST_PRICES, RECORDS_PER_TICK

SIGNS = {
    ChangeAction.ADD: "+",
    ChangeAction.CHANGE: "~",
    ChangeAction.REPLACE: "-/+",
    ChangeAction.DELETE: "-",
    ChangeAction.IMPORT: ">",
}
STYLES = {
    ChangeAction.ADD: "green",
    ChangeAction.CHANGE: "yellow",
    ChangeAction.REPLACE: "red",
    ChangeAction.DELETE: "red",
    ChangeAction.IMPORT: "green",
}
LOSS_STYLE = "bold red"
VALUE_CHARACTERS_MAX = 60
WHOLE_FROM = 100
"""Quantities from here on are shown without decimals."""


def show_preview(
    planned: DeploymentPlan, options: DeploymentOptions, milliseconds: int | None, output: Output
) -> None:
    """The changes and the cost of a month; `milliseconds` is a measured tick, None if assumed."""
    show_plan(planned, output)
    assumptions = Assumptions(items_per_tick=len(FIRST_PRICES), records_per_tick=RECORDS_PER_TICK)
    if milliseconds is not None:
        assumptions = replace(assumptions, tick_milliseconds=milliseconds, tick_measured=True)
    addresses = len({address.lower() for address in options.addresses})
    workload = read_workload(planned.template, planned.parameters, addresses, assumptions)
    show_cost(workload, read_prices(), WallClock().now().date(), output)


def show_plan(plan: DeploymentPlan, output: Output) -> None:
    """The changes of each stack, then those that the deployer makes itself."""
    for stack in plan.stacks:
        _show_stack(stack, output)
    uploads = list(_uploads(plan))
    if uploads:
        _print(output, Text("by the deployer itself"))
    for line in uploads:
        _print(output, Text(f"  + {line}", style=STYLES[ChangeAction.ADD]))
    output.emit(
        "deployer",
        new_bucket=plan.new_bucket,
        uploads=[package.key for package in plan.uploads],
        table=plan.table,
        items=plan.items,
    )
    if not plan.changes_anything and not plan.refused:
        _print(output, Text("no changes: what is deployed is what would be deployed"))


def _uploads(plan: DeploymentPlan) -> Iterator[str]:
    if plan.new_bucket:
        yield f"bucket {plan.new_bucket}, for packages"
    for package in plan.uploads:
        yield f"package {package.key}, {len(package.content):,} bytes"
    if plan.items:
        yield f"first prices of {', '.join(plan.items)} in {plan.table}"


def _show_stack(stack: StackChanges, output: Output) -> None:
    output.emit("stack", name=stack.name, status=stack.status, refusal=stack.refusal)
    count = pluralize(len(stack.changes), "change") if stack.changes else "no changes"
    state = stack.status or "new"
    heading = Text(f"stack {stack.name} ({state}): {count}")
    if stack.refusal:
        heading = Text(f"stack {stack.name} ({state}): ")
        heading.append(f"refused by CloudFormation: {stack.refusal}", LOSS_STYLE)
    _print(output, heading)
    for change in stack.changes:
        _show_change(stack.name, change, output)


def _show_change(stack: str, change: ResourceChange, output: Output) -> None:
    output.emit(
        "change", stack=stack, **asdict(change), data_loss=bool(change.lost), lost=change.lost
    )
    style = STYLES[change.action]
    names = [change.logical_id, change.kind, change.physical_id or ""]
    line = Text(f"  {SIGNS[change.action]:<3} {'  '.join(filter(None, names))}", style=style)
    line.append("".join(f"; {note}" for note in _notes(change)))
    if change.lost:
        line.append(f"; data loss: {change.lost}", LOSS_STYLE)
    _print(output, line)
    for changed in change.properties:
        _print(output, Text(f"        {_property(changed)}"))


def _notes(change: ResourceChange) -> Iterator[str]:
    if change.action is ChangeAction.DELETE:
        yield "leaves the stack and is retained" if change.kept else "deleted"
    if change.replacement is ResourceReplacement.CERTAIN:
        yield "replaced by a new one"
    if change.replacement is ResourceReplacement.CONDITIONAL:
        yield "perhaps replaced by a new one"
    if change.kept and change.replacement is not ResourceReplacement.NONE:
        yield "the old one is retained"


def _property(changed: PropertyChange) -> str:
    recreates = {
        ResourceReplacement.NONE: "",
        ResourceReplacement.CONDITIONAL: " (may need a new resource)",
        ResourceReplacement.CERTAIN: " (needs a new resource)",
    }[changed.replacement]
    if changed.before is None and changed.after is None:
        return f"{changed.path}{recreates}"
    return f"{changed.path}: {_short(changed.before)} -> {_short(changed.after)}{recreates}"


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    return value if len(value) <= VALUE_CHARACTERS_MAX else f"{value[:VALUE_CHARACTERS_MAX]}..."


def show_cost(workload: Workload, table: PriceTable, today: date, output: Output) -> None:
    """The cost of each item with its estimate, and the age of the prices."""
    month, worst = estimate(workload, table), estimate(failing_all_month(workload), table)
    _print(output, Text("a month, in US dollars without tax, as an estimate:"))
    for line in month.lines:
        _show_line(line, output)
    _print(output, Text(f"  {month.usd:>6.2f}   in all", style="bold"))
    _print(output, Text(f"  {month.usd_after_free:>6.2f}   after what every account has free"))
    _print(output, Text(f"  {worst.usd:>6.2f}   at most, if every tick fails and alerts"))
    _print(output, Text(f"prices of {table.oldest} to {table.newest}"))
    warning = table.warning(today)
    if warning:
        _print(output, Text(f"warning: {warning}", style="yellow"))
    output.emit(
        "cost",
        usd=_rounded(month.usd),
        usd_after_free=_rounded(month.usd_after_free),
        usd_at_most=_rounded(worst.usd),
        prices_from=table.oldest,
        prices_to=table.newest,
        warning=warning,
    )


def _show_line(line: Line, output: Output) -> None:
    price = line.price
    dated = "" if price.published else "; the price has no date"
    amount = f"{line.quantity:,.0f}" if line.quantity >= WHOLE_FROM else f"{line.quantity:.3g}"
    _print(
        output,
        Text(f"  {line.usd:>7.3f}  {price.name}: {amount} {price.unit}").append(
            f" ({line.basis}{dated})", "dim"
        ),
    )
    output.emit(
        "cost-item",
        name=price.name,
        quantity=float(line.quantity),
        unit=price.unit,
        usd=_rounded(line.usd),
        usd_after_free=_rounded(line.usd_after_free),
        reckoning=line.basis,
        source=price.source,
        published=price.published,
    )


def _rounded(usd: Decimal) -> float:
    """To a hundredth of a cent; an estimate is not more precise."""
    return round(float(usd), 4)


def _print(output: Output, text: Text) -> None:
    """For people; with --json on standard error."""
    output.say(text)
