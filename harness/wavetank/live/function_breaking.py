"""The streaming function broken in the ways of a drill, and put back as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from wavetank.faults.change_journal import CodeChange, ConcurrencyChange
from wavetank.live.restoring import reserved_concurrency, update_code
from wavetank.live.reverting import ChangedTarget, streaming_packages


@contextmanager
def broken_code(target: ChangedTarget) -> Iterator[None]:
    """For the body, a large portion of the code is commented out.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
        NotRestoredError: it could not be put back.
        UsageError: what is deployed has no file for its handler.
    """
    aws, name = target.aws, target.names.streaming_function
    packages = streaming_packages(aws, target.names)
    working, broken = packages.working, packages.broken
    change = CodeChange(
        function=name,
        former=working.code_sha256,
        put=broken.code_sha256,
        package=target.journal.keep_package(working.content),
    )
    with target.changed(change, lambda: update_code(aws, name, broken.content, target.clock)):
        yield


@contextmanager
def no_concurrency(target: ChangedTarget) -> Iterator[None]:
    """For the body nothing of the streaming function may run: its events are given up at once.

    Reserved concurrency 0 is what AWS documents for trying a failure destination: an asynchronous
    event is neither run nor tried again but goes straight there.
    [AWS Lambda developer guide, invocation-async-retain-records]

    Raises:
        NotRestoredError: what was reserved before could not be reserved again.
    """
    name, awslambda = target.names.streaming_function, target.aws.awslambda
    former = reserved_concurrency(target.aws, name)

    def forbid() -> None:
        awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    with target.changed(ConcurrencyChange(function=name, former=former), forbid):
        yield
