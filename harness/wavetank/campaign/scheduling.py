"""All stories handed to a crew, a few ahead of what it plays, and every result taken."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait

from wavetank.campaign.results import StoryResult
from wavetank.campaign.worker_pool import Crew
from wavetank.simulation.runner import RunSpec

AHEAD = 2
"""Stories in hand for each worker, so that none waits for the next."""


def collect(crew: Crew, stories: Iterable[RunSpec], take: Callable[[StoryResult], None]) -> None:
    """Takes each result as it comes. Whatever ends this, what has been played is taken first.

    Raises:
        UsageError: the stories cannot be played as they are.
        InfrastructureError: there is nobody to play them.
    """
    coming = iter(stories)
    waiting: set[Future[StoryResult]] = set()
    try:
        while True:
            while len(waiting) < crew.size * AHEAD and (story := next(coming, None)):
                waiting.add(crew.submit(story))
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                result = future.result()
                waiting.remove(future)
                take(result)
    except BaseException:
        for future in waiting:
            if future.done() and not future.cancelled() and not future.exception():
                take(future.result())
        raise
