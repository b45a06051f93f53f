"""The streaming function broken as the brief does it, and put back byte for byte."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.clients import AwsClients
from wavetank.clock import Clock
from wavetank.drill.restoring import restore, restore_code, update_code
from wavetank.naming import Names
from wavetank.stack.broken_package import break_package
from wavetank.stack.deployed_code import stack_package


@contextmanager
def broken_code(
    aws: AwsClients,
    names: Names,
    clock: Clock,
    say: Callable[[str], None] = lambda _: None,
    on_restored: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """For the body, a large portion of the code is commented out; `say` hears of each step.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
        NotRestoredError: it could not be put back.
        UsageError: what is deployed has no file for its handler.
    """
    working, name = stack_package(aws, names, "streaming").content, names.streaming_function
    handler = aws.awslambda.get_function_configuration(FunctionName=name)["Handler"]
    broken = break_package(working, handler)
    say(f"commenting out a large portion of {name}")
    try:
        update_code(aws, names, broken, clock)
        yield
    finally:
        restore(f"the code of {name}", lambda: restore_code(aws, names, clock), clock)
        on_restored()
        say("restored the code that was deployed before")
