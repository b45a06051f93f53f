"""A pipeline of a user's own templates: CloudFormation's, SAM's, or what the CDK synthesized.

The simulator takes the resource types that it has triggers for, a sandbox all that LocalStack has.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import Package, package_folders, package_path
from wavetank.core.project import CONFIGURATION
from wavetank.core.settings import cache_folder
from wavetank.core.suggestions import one_of
from wavetank.deployment.fingerprint import Fingerprint
from wavetank.deployment.pipelines.stack_deployment import UserStack, apply_stacks
from wavetank.deployment.python_requirements import RequirementsCache
from wavetank.faults.targets import FaultTargets
from wavetank.history import TableSnapshot
from wavetank.invariants import Convergence, Invariant, generic_invariants
from wavetank.templates.external_layers import missing_layers
from wavetank.templates.fault_targets import fault_targets
from wavetank.templates.function_code import LocalCode, local_code
from wavetank.templates.handler_syntax import syntax_problems
from wavetank.templates.item_checks import check_items
from wavetank.templates.problems import TemplateProblem, TemplateResource, refuse
from wavetank.templates.references import TemplateScope
from wavetank.templates.stack_tree import StackTree
from wavetank.templates.supported_resources import unsupported
from wavetank.templates.table_items import SEED_FILE, Item, read_items
from wavetank.templates.transform import deployed_name

DEFAULT_STACK = "pipeline"
TABLE = "AWS::DynamoDB::Table"


@dataclass(frozen=True, kw_only=True)
class TemplatesPipeline:
    """A pipeline of the user's templates: CloudFormation, SAM, or synthesized by the CDK.

    `template` is deployed as the stack `name`. `storage` is deployed before it, and its outputs
    fill parameters of the same names in `template`. `code` is the folder to which code paths are
    relative; by default each template's own folder. `parameters` are values of the templates'
    parameters. `seed_data` is the file with the tables' first items; by default `seed.json` in the
    folder of code, if there is one. `may_differ` are patterns of fields that may differ between a
    run with faults and one without, such as `*.updated_at`. `layers` are the ARNs of other
    accounts' layers with what is in them: a folder or zip as at /opt, or a `requirements.txt`.
    """

    template: Path
    storage: Path | None = None
    code: Path | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    name: str = DEFAULT_STACK
    seed_data: Path | None = None
    may_differ: tuple[str, ...] = ()
    layers: tuple[tuple[str, Path], ...] = ()

    @property
    def storage_stack(self) -> str:
        """The name of the stack of `storage`."""
        return f"{self.name}-storage"

    def deploy(self, aws: AwsClients, clock: Clock, *, simulated: bool = True) -> None:
        apply_stacks(aws, clock, self.check(simulated=simulated), self, schedules=False)

    def begin(self, aws: AwsClients, start: datetime, initial: TableSnapshot | None = None) -> None:
        del start
        assert initial is None  # live runs are the ticker's
        for stack, table, items in self.first_items():
            found = aws.cloudformation.describe_stack_resource(
                StackName=stack, LogicalResourceId=table
            )
            name = found["StackResourceDetail"]["PhysicalResourceId"]
            for item in items:
                aws.dynamodb.put_item(TableName=name, Item=item)

    def first_items(self) -> Iterator[tuple[str, str, list[Item]]]:
        """Stack, logical id and items of each table that begins with items."""
        yield from self._seeds(self._trees())

    def invariants(self) -> list[Invariant]:
        return [*generic_invariants(), Convergence(self.may_differ)]

    def fault_targets(self) -> FaultTargets:
        return fault_targets(self.scopes())

    def scopes(self) -> Iterator[TemplateScope]:
        """The scopes of its templates and of those of nested stacks."""
        for tree in self._trees().values():
            yield from tree.all_scopes()

    def fingerprint(self, aws: AwsClients) -> Fingerprint | None:
        del aws
        return None

    def with_addresses(self, addresses: tuple[str, ...]) -> "TemplatesPipeline":
        del addresses  # the templates decide who is subscribed
        return self

    def options(self) -> Mapping[str, str]:
        values = {
            "--storage": str(self.storage or ""),
            "--template": str(self.template),
            "--name": self.name if self.name != DEFAULT_STACK else "",
            "--code": str(self.code or ""),
            "--seed-data": str(self.seed_data or ""),
            "--may-differ": " ".join(self.may_differ),
            "--parameter-overrides": shlex.join(f"{k}={v}" for k, v in self.parameters),
            "--layers": shlex.join(f"{arn}={path}" for arn, path in self.layers),
        }
        return {name: value for name, value in values.items() if value}

    def check(self, *, simulated: bool = True) -> list[UserStack]:
        """Checks the files without deploying them; returns the stacks in the order of deployment.

        `simulated` is whether the simulator must support their resources.

        Raises:
            UsageError: a template, a function's code or the tables' items cannot be used here.
        """
        trees = self._trees()
        problems = [problem for tree in trees.values() for problem in tree.all_problems()]
        misnamed = [problem for problem in problems if problem.line is not None]
        if not misnamed:
            self._refuse_unknown_parameters(trees)
        for tree in trees.values():
            problems += _unfilled(tree.scope)
        checker = _StackChecker(self.code, simulated=simulated)
        stacks = [checker.checked(name, tree) for name, tree in trees.items()]
        # Of a resource with an unknown name, what else is wrong may only follow from that.
        unclear = {problem.resource for problem in misnamed} - {None}
        others = [each for each in (*problems, *checker.problems) if each.resource not in unclear]
        refuse([*misnamed, *others])
        list(self._seeds(trees))
        return stacks

    def files(self) -> Iterator[Path]:
        """The files and folders that it is made of, as far as the templates can be read.

        Unlike those of the checked stacks they are known while there is a mistake in one of them.

        Raises:
            UsageError: a template cannot be read.
        """
        yield self._seed_file()
        for tree in self._trees().values():
            for scope in tree.all_scopes():
                yield scope.template.path
                yield from scope.template.parts
                codes, _ = local_code(scope, self.code or scope.template.path.parent)
                yield from (code.path for code in codes.values())

    def _trees(self) -> dict[str, StackTree]:
        """The templates by the name of their stack, in the order of deployment."""
        if self.code is not None and not self.code.is_dir():
            raise UsageError("a folder of code", f"no folder {self.code}", "correct --code")
        read = partial(StackTree, code=self.code, layers=dict(self.layers))
        given, trees = dict(self.parameters), {}
        storage = read(self.storage, given) if self.storage else None
        if storage is not None:
            trees[self.storage_stack] = storage
        first = storage.scope if storage else None
        trees[self.name] = read(self.template, given, first)
        return trees

    def _refuse_unknown_parameters(self, trees: Mapping[str, StackTree]) -> None:
        declared = [name for t in trees.values() for name in t.template.section("Parameters")]
        for name, _ in self.parameters:
            if name not in declared:
                raise UsageError(*one_of("a parameter of the templates, one of", name, declared))

    def _seed_file(self) -> Path:
        return self.seed_data or (self.code or self.template.parent) / SEED_FILE

    def _seeds(self, trees: Mapping[str, StackTree]) -> Iterator[tuple[str, str, list[Item]]]:
        """Stack, table and items of each table that has first items."""
        file = self._seed_file()
        tables = {
            table.name: (name, table)
            for stack, tree in trees.items()
            for name, table in _tables(stack, tree)
        }
        items = read_items(file)
        check_items(file, items, {name: table for name, (_, table) in tables.items()})
        for table, each in items.items():
            yield tables[table][0], table, each


class _StackChecker:
    """Makes the stacks of templates, and collects what is wrong with them."""

    def __init__(self, code: Path | None, *, simulated: bool) -> None:
        self.problems: list[TemplateProblem] = []
        self._code = code
        self._simulated = simulated
        self._requirements = RequirementsCache(cache_folder() / "requirements")

    def checked(self, name: str, tree: StackTree) -> UserStack:
        """The stack of that name, without the code and the nested stacks that have problems."""
        if not tree.is_expanded:
            return UserStack(name, tree.scope, {}, {}, frozenset())
        self.problems += unsupported(tree.scope) if self._simulated else missing_layers(tree.scope)
        found, problems = local_code(tree.scope, self._code or tree.template.path.parent)
        self.problems += [*problems, *syntax_problems(tree.scope, found)]
        sources = frozenset(code.path for code in found.values())
        packages = {}
        for resource, code in found.items():
            if (package := self._packaged(resource, code)) is not None:
                packages[resource] = package
        nested = {
            below: self.checked(_nested_name(name, tree, below), each)
            for below, each in tree.nested()
        }
        return UserStack(name, tree.scope, packages, nested, sources)

    def _packaged(self, name: str, code: LocalCode) -> Package | None:
        if not code.is_source:
            return package_path(code.path, name)
        folders = [code.path]
        if code.requirements is not None:
            installed, problems = self._requirements.installed(code.requirements)
            self.problems += problems
            if installed is None:
                return None
            folders = [installed, code.path]
        return package_folders(name, folders, code.under)


def _nested_name(stack: str, tree: StackTree, name: str) -> str:
    """The name of a nested stack, which is deployed under it."""
    resource = tree.template.section("Resources")[name]
    given = (resource.get("Properties") or {}).get("StackName")
    return given if isinstance(given, str) else deployed_name(stack, name, resource)


def _tables(stack: str, tree: StackTree) -> Iterator[tuple[str, TemplateResource]]:
    """Each table with its stack."""
    for name, resource in tree.template.section("Resources").items():
        if resource["Type"] == TABLE:
            yield stack, TemplateResource(tree.scope, name)
    for name, nested in tree.nested():
        yield from _tables(_nested_name(stack, tree, name), nested)


def _unfilled(scope: TemplateScope) -> Iterator[TemplateProblem]:
    """The parameters that have no value."""
    for name in scope.template.section("Parameters"):
        if not scope.is_filled(name):
            position = scope.template.position(("Parameters", name))
            action = (
                f'write {name} = "..." under [parameters] in {CONFIGURATION}, or give '
                f'--parameter-overrides "{name}=..."'
            )
            yield TemplateProblem(
                f"a value for {name}", f"none at {position}", action, resource=name
            )


def parse_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Parses `Key=Value Other='two words'`, as `sam deploy --parameter-overrides` takes it.

    Raises:
        UsageError: the text has another form.
    """
    try:
        parted = [word.partition("=") for word in shlex.split(text)]
    except ValueError as error:  # an unclosed quotation mark
        raise _no_parameters(text) from error
    if not all(name and sign for name, sign, _ in parted):
        raise _no_parameters(text)
    return tuple((name, value) for name, _, value in parted)


def _no_parameters(text: str) -> UsageError:
    return UsageError(
        "parameters as Key=Value, with spaces between them",
        repr(text),
        "correct --parameter-overrides",
    )
