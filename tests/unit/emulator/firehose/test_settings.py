"""Configurations of a destination: what is taken, and what Firehose would refuse."""

import gzip
import io
import re
import zipfile
from typing import Any

import cramjam
import pytest

from wavetank.emulator.firehose.encoding import EXTENSIONS, compress
from wavetank.emulator.firehose.processing_settings import SettingsError
from wavetank.emulator.firehose.settings import read_settings

BASE = {"BucketARN": "arn:aws:s3:::the-bucket", "RoleARN": "arn:aws:iam::000000000000:role/r"}
BODY = b"a line of records\n" * 1000


def test_defaults_are_firehoses() -> None:
    """Five megabytes or five minutes, no compression, UTC."""
    settings = read_settings(BASE)
    assert settings.bucket == "the-bucket"
    assert (settings.size_bytes, settings.interval.total_seconds()) == (5 * 2**20, 300)
    assert (settings.compression, settings.extension, str(settings.zone)) == (
        "UNCOMPRESSED",
        "",
        "UTC",
    )


def test_an_extension_of_its_own_wins_over_the_compressions() -> None:
    """Else the compression names it."""
    assert read_settings(BASE | {"CompressionFormat": "GZIP"}).extension == ".gz"
    given = BASE | {"CompressionFormat": "GZIP", "FileExtension": ".json.gz"}
    assert read_settings(given).extension == ".json.gz"


@pytest.mark.parametrize(("given", "delimiter"), [("\\n", b"\n"), ("|", b"|"), (None, b"\n")])
def test_a_delimiter_is_appended_to_each_record(given: str | None, delimiter: bytes) -> None:
    """The parameter has a newline as the two characters that CloudFormation takes."""
    parameter = {"ParameterName": "Delimiter", "ParameterValue": given}
    processor = {"Type": "AppendDelimiterToRecord", "Parameters": [parameter] if given else []}
    processing = {"Enabled": True, "Processors": [processor]}
    assert read_settings(BASE | {"ProcessingConfiguration": processing}).delimiter == delimiter
    off = processing | {"Enabled": False}
    assert read_settings(BASE | {"ProcessingConfiguration": off}).delimiter == b""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"BufferingHints": {"SizeInMBs": 5}}, "both SizeInMBs and IntervalInSeconds"),
        ({"BufferingHints": {"SizeInMBs": 0, "IntervalInSeconds": 60}}, "from 1 to 128"),
        ({"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 901}}, "from 0 to 900"),
        ({"CompressionFormat": "LZ4"}, "CompressionFormat must be one of"),
        ({"FileExtension": "json"}, "FileExtension must match"),
        ({"CustomTimeZone": "Mars/Olympus"}, "is no time zone"),
        ({"CustomTimeZone": "../etc"}, "is no time zone"),
    ],
)
def test_what_firehose_refuses_is_refused(change: dict[str, Any], message: str) -> None:
    """With the name of what is wrong."""
    with pytest.raises(SettingsError, match=re.escape(message)):
        read_settings(BASE | change)


def test_every_compression_can_be_read_back() -> None:
    """By the libraries that readers use."""
    packed = {name: compress(name, "folder/key.zip", BODY) for name in EXTENSIONS}
    assert packed["UNCOMPRESSED"] == BODY
    assert gzip.decompress(packed["GZIP"]) == BODY
    with zipfile.ZipFile(io.BytesIO(packed["ZIP"])) as archive:
        assert archive.read("key") == BODY
    assert bytes(cramjam.snappy.decompress(packed["Snappy"])) == BODY
    hadoop = packed["HADOOP_SNAPPY"]
    assert int.from_bytes(hadoop[:4]) == len(BODY)
    assert bytes(cramjam.snappy.decompress_raw(hadoop[8:])) == BODY
