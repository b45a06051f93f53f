"""The body of a request, hashed and then readable again."""

import hashlib
from collections.abc import Callable
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import Any

MEMORY_BYTES_MAX = 8 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024


def body_hash(request: Any) -> Callable[[], str]:
    """A function that reads the whole body when first called, and returns its SHA-256.

    The body stays readable as `request.stream`, and so for everything that werkzeug reads from it;
    a large one is stored in a temporary file meanwhile.
    """

    @cache
    def read() -> str:
        digest = hashlib.sha256()
        # gzip reads the mode from this attribute; the file lives as long as the request.
        copy = SpooledTemporaryFile(MEMORY_BYTES_MAX, mode="r+b")  # noqa: SIM115 - as said
        while chunk := request.stream.read(CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
        copy.seek(0)
        request.stream = copy
        return digest.hexdigest()

    return read
