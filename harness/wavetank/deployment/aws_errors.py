"""Errors of AWS and of the network, translated to errors that say what to do next.

The SDK has already retried when one of these is raised.
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
AGAIN = "run the same command again: it continues where this one stopped"


@contextmanager
def translate_aws_errors() -> Iterator[None]:
    """Raises errors of AWS and of the network in the body as Wavetank's own errors.

    Raises:
        InfrastructureError: AWS refuses a request, or cannot be reached.
    """
    try:
        yield
    except ClientError as error:
        raise _translated(error) from error
    except BotoCoreError as error:
        action = f"check the network, then {AGAIN}; CloudFormation meanwhile continues"
        raise InfrastructureError("an answer of AWS", str(error), action) from error


def _translated(error: ClientError) -> InfrastructureError:
    code, operation = error_code(error), error.operation_name
    found = f"{code}: {error.response.get('Error', {}).get('Message', '')}"
    if code in THROTTLED:
        expected = f"AWS to accept {operation}, tried several times"
        return InfrastructureError(expected, found, f"wait a minute, then {AGAIN}")
    if code in EXPIRED:
        return InfrastructureError(
            f"valid credentials for {operation}", found, f"sign in again, then {AGAIN}"
        )
    if code in DENIED:
        action = f"grant these credentials that permission, then {AGAIN}"
        return InfrastructureError(f"permission for {operation}", found, action)
    return InfrastructureError(
        f"{operation} to succeed", found, "fix what it names, or use --debug"
    )
