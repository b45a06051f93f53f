"""A deployment as a fault: new code, or other indexes of tables, while events are in flight."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import package_files, package_path
from wavetank.core.settings import current_project
from wavetank.faults.capabilities import Capability
from wavetank.faults.changes import CodeChange, IndexChange
from wavetank.faults.fault import Fault, StateFault
from wavetank.faults.functions import FunctionStateFault
from wavetank.faults.references import Resource
from wavetank.faults.resources import code_sha256

if TYPE_CHECKING:
    from wavetank.faults.resources import Resources


@dataclass(frozen=True, kw_only=True)
class NewDeployment(FunctionStateFault):
    """`code` is deployed, without it the same code again; at the end the former is.

    Invocations that are in flight finish with the code that they began with, and those that begin
    have a new execution environment. `code` is a zip, or a file or folder whose files replace those
    of their paths in the function's package, relative to the project's folder.
    [Lambda developer guide: lambda-runtime-environment]
    """

    kind: ClassVar[str] = "new-deployment"
    title: ClassVar[str] = "New code is deployed"
    finds: ClassVar[str] = "new code cannot read old events, nor old code what the new one stored"
    needs: ClassVar[Capability] = Capability.DEPLOYMENTS
    requires: ClassVar[frozenset[Resource]] = frozenset({Resource.NEW_CODE})

    code: str = ""

    def changes(self, name: str, resources: "Resources") -> Iterator[CodeChange]:  # noqa: ARG002 - code has no name
        for function in resources.functions(self.function):
            working = resources.deployed_code(function)
            new = working.archive
            if self.code:
                new = overlaid(new, working.handler, project_file(NewDeployment, "code", self.code))
            yield CodeChange(
                function=function,
                former=code_sha256(working.archive),
                put=code_sha256(new),
                package=resources.store(working.archive),
                broken=resources.store(new),
            )


@dataclass(frozen=True, kw_only=True)
class NewSchema(StateFault):
    """Tables get the global secondary indexes of another `template`; at the end the former.

    Indexes that it adds are complete at once, and those that it lacks are deleted. Functions and
    event source mappings go on. A changed key is refused: CloudFormation would replace the table by
    an empty one. [CloudFormation template reference: aws-resource-dynamodb-table]
    """

    kind: ClassVar[str] = "new-schema"
    title: ClassVar[str] = "Tables get other indexes"
    finds: ClassVar[str] = "a query of an index that is not there, and items that do not fit one"
    needs: ClassVar[Capability] = Capability.DEPLOYMENTS
    requires: ClassVar[frozenset[Resource]] = frozenset({Resource.NEW_SCHEMA})

    template: str = ""

    @property
    def target(self) -> str:
        return "the indexes of the tables"

    def changes(self, name: str, resources: "Resources") -> Iterator[IndexChange]:  # noqa: ARG002 - indexes have their own names
        for each in resources.index_differences(self.template):
            yield IndexChange(table=each.table, added=each.added, removed=each.removed)


def project_file(fault: type[Fault], field: str, path: str) -> Path:
    """The file or folder that the field of a fault names, from the project's folder.

    Raises:
        UsageError: there is none.
    """
    folder = current_project().folder
    found = folder / path
    if not path or not found.exists():
        expected = f"the `{field}` of {fault.kind} to be a file or folder"
        action = f"write its path from the project's folder, {folder}"
        raise UsageError(expected, path or "none", action)
    return found


def overlaid(working: bytes, handler: str, path: Path) -> bytes:
    """The package with the files of the path in the place of those of the same paths.

    A single file with the name of the `handler`'s takes its place; a zip replaces the package.

    Raises:
        UsageError: nothing is in the folder, or the package is larger than Lambda accepts.
    """
    new = package_path(path, path.name).content
    if zipfile.is_zipfile(path):
        return new
    files, own = _contents(working), _contents(new)
    module = f"{handler.rpartition('.')[0]}.py"
    if not path.is_dir() and path.name == Path(module).name:
        own = {module: own[path.name]}
    return package_files(path.name, files | own).content


def _contents(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
