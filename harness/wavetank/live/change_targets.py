"""The journals of the changes of a pipeline or of a host, and how changes are reverted."""

from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.target import Target
from wavetank.core.clock import WallClock
from wavetank.core.naming import Names, derive_names
from wavetank.core.settings import read_settings
from wavetank.engines.host_faults import SandboxHost
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.change_journal import Journal
from wavetank.inspection.stack_resources import PipelineStacks
from wavetank.live.changed_target import ChangedTarget
from wavetank.live.sandbox_records import compose_sandbox, sandbox_record

HOST = "host"
"""Name of the journal of a sandbox's host, beside those of the pipelines in the sandbox."""
NO_PIPELINE = derive_names("Dora", "Explorer")
"""For changes that use the names of no pipeline of the ticker."""


def journal_of_sandbox(record: SandboxRecord, stem: str) -> Journal:
    """The journal of a pipeline in a sandbox.

    The sandbox of this project has one journal, whether it is found by its record or by its
    endpoint.
    """
    known = sandbox_record() if record.engine == Engine.ATTACHED else None
    same = known if known and known.endpoint == record.endpoint else record
    settings = read_settings()
    match same.engine:
        case Engine.EMBEDDED:
            target = "embedded"
        case Engine.DOCKER:
            target = f"docker-{settings.compose_project}"
        case Engine.ATTACHED:
            target = same.endpoint
    return Journal(settings.state_folder, target, stem)


def journal_on_aws(account: str, stem: str) -> Journal:
    """The journal of a pipeline in an AWS account."""
    return Journal(read_settings().state_folder, f"aws-{account}", stem)


def sandbox_target(
    record: SandboxRecord, names: Names, aws: AwsClients | None = None
) -> ChangedTarget:
    """A pipeline of the ticker in a sandbox, for temporary changes."""
    return ChangedTarget(
        aws=aws or sandbox_clients(record.endpoint),
        names=names,
        clock=WallClock(),
        journal=journal_of_sandbox(record, names.stem),
        endpoint=record.endpoint,
    )


def stack_target(record: SandboxRecord, stacks: PipelineStacks) -> ChangedTarget:
    """A stack in a sandbox, for temporary changes."""
    return ChangedTarget(
        aws=stacks.aws,
        names=NO_PIPELINE,
        clock=WallClock(),
        journal=journal_of_sandbox(record, stacks.name),
        endpoint=record.endpoint,
        stacks=stacks,
    )


def host_target(record: SandboxRecord) -> ChangedTarget:
    """The host of a sandbox, which may be paused or disconnected at the moment."""
    return ChangedTarget(
        aws=sandbox_clients(record.endpoint),
        names=NO_PIPELINE,
        clock=WallClock(),
        journal=journal_of_sandbox(record, HOST),
        endpoint=record.endpoint,
        host=SandboxHost(record, compose_sandbox()),
    )


def aws_target_of(target: Target, names: Names) -> ChangedTarget:
    """A pipeline in an AWS account, for temporary changes."""
    journal = journal_on_aws(target.account, names.stem)
    return ChangedTarget(aws=target.aws, names=names, clock=WallClock(), journal=journal)


def target_of(target: Target, names: Names, record: SandboxRecord | None) -> ChangedTarget:
    """A pipeline in the sandbox of `record`, or on AWS where that is None."""
    if record is None:
        return aws_target_of(target, names)
    return sandbox_target(record, names, target.aws)
