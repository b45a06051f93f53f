"""What goes wrong between us and AWS, as errors that say what to do next.

The SDK has tried again by the time that one of these is raised.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.core.errors import InfrastructureError

THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)
AGAIN = "run the same command again: it goes on where this one stopped"


@contextmanager
def plain_trouble() -> Iterator[None]:
    """For the body, what AWS refuses and what the network loses are errors of our family.

    Raises:
        InfrastructureError: AWS does not do what it was asked, or cannot be reached.
    """
    try:
        yield
    except ClientError as error:
        raise _answered(error) from error
    except BotoCoreError as error:
        action = f"check the network, then {AGAIN}; what CloudFormation has begun goes on by itself"
        raise InfrastructureError("AWS to answer", str(error), action) from error


def _answered(error: ClientError) -> InfrastructureError:
    code, operation = error_code(error), error.operation_name
    found = f"{code}: {error.response.get('Error', {}).get('Message', '')}"
    if code in THROTTLED:
        expected = f"AWS to take {operation}, tried several times"
        return InfrastructureError(expected, found, f"wait a minute, then {AGAIN}")
    if code in EXPIRED:
        return InfrastructureError(
            f"credentials that are good for {operation}", found, f"sign in again, then {AGAIN}"
        )
    if code in DENIED:
        action = f"give these credentials that right, then {AGAIN}"
        return InfrastructureError(f"the right to {operation}", found, action)
    return InfrastructureError(
        f"{operation} to succeed", found, "mend what it names, or use --debug"
    )
