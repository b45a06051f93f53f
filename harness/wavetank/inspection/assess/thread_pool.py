"""Assess hundreds of pipelines on threads, since nearly all of the work is waiting for answers."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event

from wavetank.inspection.assess.assessor import Row
from wavetank.inspection.assess.convention import Subject

THREADS = 24


def assess_all(
    subjects: Sequence[Subject], look: Callable[[Subject, Event], Row]
) -> Generator[Row]:
    """The rows as they are completed; closing the iterator stops the rest after its next answer."""
    stopping = Event()
    pool = ThreadPoolExecutor(THREADS, "assess")
    try:
        futures = [pool.submit(look, subject, stopping) for subject in subjects]
        for future in as_completed(futures):
            yield future.result()
    finally:
        stopping.set()
        pool.shutdown(wait=True, cancel_futures=True)
