"""A pipeline of a user's own templates, with the resource types that the simulator supports."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.lambda_package import Package
from wavetank.core.settings import SANDBOX_ACCOUNT
from wavetank.core.suggestions import one_of
from wavetank.deployment.artifacts import ArtifactBucket
from wavetank.deployment.cloudformation import Stacks
from wavetank.deployment.fingerprint import Fingerprint
from wavetank.history import TableSnapshot
from wavetank.invariants import Invariant, generic_invariants
from wavetank.templates.document import read_document
from wavetank.templates.function_code import packaged_code
from wavetank.templates.problems import refuse
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import unsupported
from wavetank.templates.table_items import SEED_FILE, Item, read_items
from wavetank.templates.transform import ARTIFACT_BUCKET, deployed_copy

STORAGE_STACK, PIPELINE_STACK = "storage", "pipeline"
PACE_SECONDS = 0.05
SETTLE_SECONDS_MAX = 120.0
"""For one stack, in wall time; LocalStack in this process takes a few seconds."""
TABLE = "AWS::DynamoDB::Table"


@dataclass(frozen=True)
class UserStack:
    """One checked template, with the code of its functions."""

    name: str
    scope: TemplateScope
    packages: Mapping[str, Package]

    @property
    def text(self) -> str:
        """The template that is deployed, rewritten for the packages."""
        return deployed_copy(self.scope.template, self.name, self.packages)


@dataclass(frozen=True, kw_only=True)
class TemplatesPipeline:
    """A pipeline of templates in files.

    `storage` is deployed first, and its outputs fill parameters of the same names in `pipeline`.
    `code` is the folder to which code paths are relative; by default each template's own folder.
    `parameters` are values of the templates' parameters.
    """

    pipeline: Path
    storage: Path | None = None
    code: Path | None = None
    parameters: tuple[tuple[str, str], ...] = ()

    def deploy(self, aws: AwsClients, clock: Clock) -> None:
        checked = self.check()
        bucket = ArtifactBucket(aws.s3, ARTIFACT_BUCKET, SANDBOX_ACCOUNT, PIPELINE_STACK)
        bucket.prepare()
        bucket.upload_missing(p for s in checked for p in s.packages.values())
        stacks = Stacks(
            aws.cloudformation,
            clock,
            PACE_SECONDS,
            settle_seconds_max=SETTLE_SECONDS_MAX,
            publish=bucket.publish,
        )
        outputs: Mapping[str, str] = {}
        for stack in checked:
            values = {**outputs, **dict(self.parameters)}
            declared = stack.scope.template.section("Parameters")
            chosen = {name: value for name, value in values.items() if name in declared}
            try:
                outputs = stacks.apply(stack.name, stack.text, chosen).outputs
            except InfrastructureError:
                # A stack whose creation failed would block the next deployment in this process.
                stacks.discard_failed(stack.name)
                raise

    def begin(self, aws: AwsClients, start: datetime, initial: TableSnapshot | None = None) -> None:
        del start
        assert initial is None  # live runs are the ticker's
        for stack, table, items in self._seeds(self._scopes()):
            found = aws.cloudformation.describe_stack_resource(
                StackName=stack, LogicalResourceId=table
            )
            name = found["StackResourceDetail"]["PhysicalResourceId"]
            for item in items:
                aws.dynamodb.put_item(TableName=name, Item=item)

    def invariants(self) -> list[Invariant]:
        return generic_invariants()

    def fingerprint(self, aws: AwsClients) -> Fingerprint | None:
        del aws
        return None

    def with_addresses(self, addresses: tuple[str, ...]) -> "TemplatesPipeline":
        del addresses  # the templates decide who is subscribed
        return self

    def options(self) -> Mapping[str, str]:
        values = {
            "--storage": str(self.storage or ""),
            "--pipeline": str(self.pipeline),
            "--code": str(self.code or ""),
            "--parameter-overrides": shlex.join(f"{k}={v}" for k, v in self.parameters),
        }
        return {name: value for name, value in values.items() if value}

    def check(self) -> list[UserStack]:
        """Checks the files without deploying them; returns the stacks in the order of deployment.

        Raises:
            UsageError: a template, a function's code or the tables' items cannot be used here.
        """
        scopes = self._scopes()
        refuse([problem for scope in scopes.values() for problem in unsupported(scope)])
        checked = [
            UserStack(name, scope, packaged_code(scope, self._folder(scope)))
            for name, scope in scopes.items()
        ]
        self._check_parameters(scopes)
        list(self._seeds(scopes))
        return checked

    def _scopes(self) -> dict[str, TemplateScope]:
        """The templates by the name of their stack, in the order of deployment."""
        if self.code is not None and not self.code.is_dir():
            raise UsageError("a folder of code", f"no folder {self.code}", "correct --code")
        given, scopes = dict(self.parameters), {}
        storage = TemplateScope(read_document(self.storage), given) if self.storage else None
        if storage is not None:
            scopes[STORAGE_STACK] = storage
        scopes[PIPELINE_STACK] = TemplateScope(read_document(self.pipeline), given, storage)
        return scopes

    def _folder(self, scope: TemplateScope) -> Path:
        return self.code or scope.template.path.parent

    def _check_parameters(self, scopes: Mapping[str, TemplateScope]) -> None:
        declared = [name for s in scopes.values() for name in s.template.section("Parameters")]
        for name, _ in self.parameters:
            if name not in declared:
                raise UsageError(*one_of("a parameter of the templates, one of", name, declared))
        for scope in scopes.values():
            for name in scope.template.section("Parameters"):
                if not scope.is_filled(name):
                    position = scope.template.position(("Parameters", name))
                    action = f'write --parameter-overrides "{name}=..."'
                    raise UsageError(f"a value for {name}", f"none for it at {position}", action)

    def _seeds(self, scopes: Mapping[str, TemplateScope]) -> Iterator[tuple[str, str, list[Item]]]:
        """Stack, table and items of each table that has first items."""
        folder = self.code or self.pipeline.parent
        tables = {
            name: stack
            for stack, scope in scopes.items()
            for name, resource in scope.template.section("Resources").items()
            if resource["Type"] == TABLE
        }
        for table, items in read_items(folder).items():
            if table not in tables:
                expected = f"tables of the templates in {folder / SEED_FILE}, some of"
                raise UsageError(*one_of(expected, table, tables))
            yield tables[table], table, items


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
