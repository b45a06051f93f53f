"""The processing that a stream applies to records before delivery, from its processors.

[Amazon Data Firehose API reference: ProcessingConfiguration, Processor, ProcessorParameter;
developer guide: data-transformation, dynamic-partitioning, writing-with-cloudwatch-logs]
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

MEGABYTE = 1024 * 1024
DELIMITERS = {"\\n": b"\n", "\\r": b"\r", "\\t": b"\t"}
JQ_ENGINE = "JQ-1.6"
LAMBDA_SIZE_MB = 0.2, 3.0
LAMBDA_INTERVAL_SECONDS_MAX = 900
LAMBDA_RETRIES_MAX = 300
LAMBDA_DEFAULTS = {
    "NumberOfRetries": "3",
    "RoleArn": "",
    "BufferSizeInMBs": "1",
    "BufferIntervalInSeconds": "60",
}
KINDS = frozenset(
    {
        *("AppendDelimiterToRecord", "CloudWatchLogProcessing", "Decompression", "Lambda"),
        *("MetadataExtraction", "RecordDeAggregation"),
    }
)


class SettingsError(ValueError):
    """A stream configuration that Firehose refuses; the message is returned to the caller."""


@dataclass(frozen=True, kw_only=True)
class LambdaSettings:
    """The configuration of a transforming function; sizes are before base64."""

    arn: str
    role_arn: str
    retries: int = 3
    size_bytes: int = MEGABYTE
    interval: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class ProcessingSettings:
    """The processors of a delivery stream, in the order in which Firehose applies them.

    `deaggregates_json` and `deaggregation_delimiter` separate the records in one; `query` is a jq
    program for partition keys; `delimiter` is appended to each record.
    """

    decompresses: bool = False
    extracts_messages: bool = False
    deaggregates_json: bool = False
    deaggregation_delimiter: bytes = b""
    function: LambdaSettings | None = None
    query: str = ""
    delimiter: bytes = b""

    @property
    def changes_records(self) -> bool:
        """Whether what is delivered differs from what was put, apart from the delimiter."""
        separates = self.deaggregates_json or self.deaggregation_delimiter
        return bool(self.decompresses or separates or self.function)


def read_processing(configuration: Mapping[str, Any], stream_role: str) -> ProcessingSettings:
    """The settings of a `ProcessingConfiguration`.

    Raises:
        SettingsError: Firehose would refuse it.
    """
    if not configuration.get("Enabled"):
        return ProcessingSettings()
    given = configuration.get("Processors") or []
    if sum(processor["Type"] == "Lambda" for processor in given) > 1:
        raise SettingsError("Only one Lambda processor is allowed.")
    processors = {processor["Type"]: _parameters(processor) for processor in given}
    if unknown := processors.keys() - KINDS:
        raise SettingsError(f"Processor type {min(unknown)} is not supported.")
    if "CloudWatchLogProcessing" in processors and "Decompression" not in processors:
        raise SettingsError("CloudWatchLogProcessing requires the Decompression processor.")
    return ProcessingSettings(
        decompresses=_decompresses(processors.get("Decompression")),
        extracts_messages=_is_true(processors, "CloudWatchLogProcessing", "DataMessageExtraction"),
        function=_function(processors.get("Lambda"), stream_role),
        query=_query(processors.get("MetadataExtraction")),
        delimiter=_delimiter(processors.get("AppendDelimiterToRecord")),
        **_deaggregation(processors.get("RecordDeAggregation")),
    )


def described_processing(configuration: Mapping[str, Any], stream_role: str) -> dict[str, Any]:
    """The configuration as it is described: a function's parameters with their defaults.

    AWS returns them in this order, whatever was given.
    """
    processors = []
    for processor in configuration.get("Processors") or []:
        found = _parameters(processor)
        if processor["Type"] == "Lambda":
            found = {**LAMBDA_DEFAULTS, "RoleArn": stream_role, **found}
            found = {name: found[name] for name in ("LambdaArn", *LAMBDA_DEFAULTS) if name in found}
        parameters = [{"ParameterName": n, "ParameterValue": v} for n, v in found.items()]
        processors.append({"Type": processor["Type"], "Parameters": parameters})
    return {"Enabled": bool(configuration.get("Enabled")), "Processors": processors}


def _parameters(processor: Mapping[str, Any]) -> dict[str, str]:
    found = processor.get("Parameters") or []
    return {entry["ParameterName"]: str(entry["ParameterValue"]) for entry in found}


def _decompresses(parameters: Mapping[str, str] | None) -> bool:
    if parameters is None:
        return False
    if parameters.get("CompressionFormat") != "GZIP":
        raise SettingsError("Decompression requires the parameter CompressionFormat: GZIP.")
    return True


def _is_true(processors: Mapping[str, Mapping[str, str]], kind: str, parameter: str) -> bool:
    return processors.get(kind, {}).get(parameter, "").lower() == "true"


def _function(parameters: Mapping[str, str] | None, stream_role: str) -> LambdaSettings | None:
    if parameters is None:
        return None
    if not parameters.get("LambdaArn"):
        raise SettingsError("LambdaArn is required for the Lambda processor.")
    size = _number(parameters, "BufferSizeInMBs", 1.0, *LAMBDA_SIZE_MB)
    interval = _number(parameters, "BufferIntervalInSeconds", 60, 0, LAMBDA_INTERVAL_SECONDS_MAX)
    return LambdaSettings(
        arn=parameters["LambdaArn"],
        role_arn=parameters.get("RoleArn") or stream_role,
        retries=int(_number(parameters, "NumberOfRetries", 3, 0, LAMBDA_RETRIES_MAX)),
        size_bytes=int(size * MEGABYTE),
        interval=timedelta(seconds=interval),
    )


def _number(
    parameters: Mapping[str, str], name: str, default: float, lowest: float, highest: float
) -> float:
    given = parameters.get(name)
    try:
        number = default if given is None else float(given)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number: {given!r}.") from error
    if not lowest <= number <= highest:
        raise SettingsError(f"{name} must be from {lowest:g} to {highest:g}.")
    return number


def _query(parameters: Mapping[str, str] | None) -> str:
    if parameters is None:
        return ""
    if parameters.get("JsonParsingEngine") != JQ_ENGINE:
        raise SettingsError(f"MetadataExtraction requires JsonParsingEngine: {JQ_ENGINE}.")
    if not parameters.get("MetadataExtractionQuery"):
        raise SettingsError("MetadataExtraction requires a MetadataExtractionQuery.")
    return parameters["MetadataExtractionQuery"]


def _delimiter(parameters: Mapping[str, str] | None) -> bytes:
    if parameters is None:
        return b""
    given = parameters.get("Delimiter", "\\n")
    return DELIMITERS.get(given, given.encode())


def _deaggregation(parameters: Mapping[str, str] | None) -> dict[str, Any]:
    if parameters is None:
        return {}
    match parameters.get("SubRecordType"):
        case "JSON":
            return {"deaggregates_json": True}
        case "DELIMITED" if delimiter := _decoded(parameters.get("Delimiter", "")):
            return {"deaggregation_delimiter": delimiter}
        case "DELIMITED":
            raise SettingsError("RecordDeAggregation by DELIMITED requires a base64 Delimiter.")
        case other:
            raise SettingsError(f"SubRecordType must be JSON or DELIMITED: {other!r}.")


def _decoded(delimiter: str) -> bytes:
    try:
        return base64.b64decode(delimiter, validate=True)
    except ValueError:  # also of characters outside of ASCII
        return b""
