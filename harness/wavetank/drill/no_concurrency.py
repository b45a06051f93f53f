"""The streaming function forbidden to run: its events are given up at once, and told.

Reserved concurrency 0 is what AWS documents for trying a failure destination: an asynchronous event
is neither run nor tried again but goes straight there.
[AWS Lambda developer guide, invocation-async-retain-records]
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.clients import AwsClients
from wavetank.clock import Clock
from wavetank.drill.restoring import reserved_concurrency, restore, restore_concurrency
from wavetank.naming import Names


@contextmanager
def no_concurrency(
    aws: AwsClients,
    names: Names,
    clock: Clock,
    say: Callable[[str], None] = lambda _: None,
    on_restored: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """For the body, nothing of the function may run; `say` hears of each step.

    Raises:
        NotRestoredError: what was reserved before could not be put back.
    """
    name, before = names.streaming_function, reserved_concurrency(aws, names)
    say(f"reserving no concurrency for {name}: nothing of it may run")
    try:
        aws.awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        yield
    finally:
        restore(
            f"the concurrency of {name}", lambda: restore_concurrency(aws, names, before), clock
        )
        on_restored()
        say("restored the concurrency that it had before")
