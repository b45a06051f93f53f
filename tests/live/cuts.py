"""Cuts: a run that is ended at one of its changes, by the network or by Ctrl-C."""

from collections.abc import Callable
from itertools import cycle

from tests.pretended_aws import PretendedAws
from wavetank.aws.clients import BotoCoreError
from wavetank.core.http_types import ConnectionLostError, HttpRequest, HttpResponse

READS = ("Describe", "Get", "List", "Scan")


def operation(request: HttpRequest) -> str:
    """What the request asks for: the operation's name, or the REST call."""
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    body = request.body.decode(errors="replace")
    if body.startswith("Action="):
        return body.removeprefix("Action=").partition("&")[0]
    return request.method


def changes_something(request: HttpRequest) -> bool:
    """Whether it may leave AWS other than it was."""
    asked = operation(request)
    return asked not in {"GET", "HEAD"} and not asked.startswith(READS)


class Cut:
    """Cuts a run off at its first change, before or after it takes effect; from then on all fails.

    `at` is the change that it was cut off at, None where the run was let through.
    """

    def __init__(self, aws: PretendedAws, error: type[BaseException], *, late: bool) -> None:
        self._aws, self._error, self._late = aws, error, late
        self.at: str | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        if self.at is not None:
            raise self._error
        if not changes_something(request):
            return None
        self.at = operation(request)
        if self._late:
            self._aws.answers.remove(self)
            self._aws.carry(request)
            self._aws.answers.append(self)
        raise self._error


WAYS = (
    (ConnectionLostError, False),
    (KeyboardInterrupt, False),
    (ConnectionLostError, True),
    (KeyboardInterrupt, True),
)


def run_through_cuts(aws: PretendedAws, run: Callable[[], object]) -> list[str]:
    """Runs it again and again, cut off at each change in each way; what it was cut off at."""
    cuts = []
    for error, late in cycle(WAYS):
        cut = Cut(aws, error, late=late)
        aws.answers.append(cut)
        try:
            run()
        except (BotoCoreError, KeyboardInterrupt):
            assert cut.at is not None
            cuts.append(cut.at)
        else:
            return cuts
        finally:
            aws.answers.remove(cut)
    return cuts
