"""The record of the sandbox that runs from this project, or of one at an endpoint."""

from wavetank.aws.observers import resident_megabytes
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import clone_folder
from wavetank.core.settings import read_settings
from wavetank.engines.compose_project import compose_project_name
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.readiness import init_state
from wavetank.engines.sandbox_record import Engine, SandboxRecord


def compose_sandbox() -> ComposeSandbox:
    """The sandbox of this clone's docker-compose.yml; an installed wheel has none.

    Raises:
        UsageError: `COMPOSE_PROJECT_NAME` is not a valid name for Compose.
    """
    clone = clone_folder()
    if clone is None:
        return ComposeSandbox(None, "")
    settings = read_settings()
    name = compose_project_name(clone, settings.compose_project, settings.state_folder)
    return ComposeSandbox(clone, name)


def sandbox_record() -> SandboxRecord | None:
    """The sandbox that runs from this project, on either engine; None if none runs."""
    embedded = SandboxFolder(read_settings().state_folder).running()
    return embedded or compose_sandbox().record()


def running_record(endpoint: str | None) -> SandboxRecord:
    """The record of the sandbox at the endpoint, or of the one that runs from this project.

    Raises:
        UsageError: none runs.
        InfrastructureError: no sandbox answers at the endpoint.
    """
    if endpoint is None:
        record = sandbox_record()
        if record is None:
            raise UsageError("a running sandbox", "none", "start one with ./wavetank up")
        return record
    if init_state(endpoint) is None:
        raise InfrastructureError(
            f"LocalStack at {endpoint}",
            "no answer",
            "check --endpoint, or start one with ./wavetank up",
        )
    return SandboxRecord(engine=Engine.ATTACHED, endpoint=endpoint, log="where it was started")


def memory_mb(record: SandboxRecord) -> int | None:
    """Resident memory of LocalStack and the functions; None if it was attached by its endpoint."""
    match record.engine:
        case Engine.EMBEDDED:
            return resident_megabytes(record.localstack)
        case Engine.DOCKER:
            return compose_sandbox().memory_mb()
        case Engine.ATTACHED:
            return None
