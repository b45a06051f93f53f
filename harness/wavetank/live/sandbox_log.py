"""The log of a sandbox, or of a function in it."""

from functools import partial
from pathlib import Path

from wavetank.aws.target import local_target
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.inspection.log_lines import FollowedLog, file_lines, function_log
from wavetank.live.sandbox_records import compose_sandbox


def sandbox_log(record: SandboxRecord, function: str | None) -> FollowedLog:
    """LocalStack's log, or that of the function with this deployed name."""
    if function is not None:
        return FollowedLog(partial(function_log, local_target(record.endpoint).aws, function))
    if record.engine is Engine.DOCKER:
        return FollowedLog(compose_sandbox().log_lines)
    return FollowedLog(partial(file_lines, Path(record.log)))
