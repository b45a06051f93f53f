"""The body of a delivered object: the records concatenated, and compressed if configured.

[Amazon Data Firehose API reference, S3DestinationConfiguration: CompressionFormat]
"""

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import cramjam

if TYPE_CHECKING:
    from collections.abc import Callable

EXTENSIONS = {
    "UNCOMPRESSED": "",
    "GZIP": ".gz",
    "ZIP": ".zip",
    "Snappy": ".snappy",
    "HADOOP_SNAPPY": ".hsnappy",
}
"""The suffix of a key if the stream has no FileExtension."""
HADOOP_BLOCK_BYTES = 256 * 1024


def compress(compression: str, key: str, body: bytes) -> bytes:
    """The body in the format that CompressionFormat names."""
    formats: dict[str, Callable[[], bytes]] = {
        "UNCOMPRESSED": lambda: body,
        "GZIP": lambda: gzip.compress(body, mtime=0),
        "ZIP": lambda: _zip(key, body),
        "Snappy": lambda: bytes(cramjam.snappy.compress(body)),
        "HADOOP_SNAPPY": lambda: _hadoop_snappy(body),
    }
    return formats[compression]()


def _zip(key: str, body: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(key.rpartition("/")[2].removesuffix(".zip"), body)
    return content.getvalue()


def _hadoop_snappy(body: bytes) -> bytes:
    """Hadoop's Snappy framing: for each block its plain length, compressed length and data."""
    blocks = []
    for start in range(0, len(body), HADOOP_BLOCK_BYTES):
        plain = body[start : start + HADOOP_BLOCK_BYTES]
        packed = bytes(cramjam.snappy.compress_raw(plain))
        blocks.append(len(plain).to_bytes(4) + len(packed).to_bytes(4) + packed)
    return b"".join(blocks)
