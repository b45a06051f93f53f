"""LocalStack's request parsers, without lookups of members that a request does not have.

The originals look up each member that an operation could have, DynamoDB's ten forms of a value and
S3's forty headers, one by one, and its serializers negotiate the same response format each time.
The result is the same. [LocalStack 4.14: aws/protocol/parser.py, serializer.py]
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from wavetank.emulator.patches import patch_of

SHAPES_CACHED = 4096
JSON_PARSER = patch_of("localstack.aws.protocol.parser:BaseJSONRequestParser._parse_structure")
XML_PARSER = patch_of("localstack.aws.protocol.parser:RestXMLRequestParser._parse_structure")
MIME_TYPE = patch_of("localstack.aws.protocol.serializer:ResponseSerializer._get_mime_type")
STOCK_JSON, STOCK_XML = JSON_PARSER.original(), XML_PARSER.original()
STOCK_MIME_TYPE = MIME_TYPE.original()


@dataclass(frozen=True)
class _Members:
    """The members of a structure by their names in JSON, and whether all are in the body."""

    by_name: Mapping[str, tuple[str, Any]]
    required: tuple[str, ...]
    in_body: bool


@lru_cache(SHAPES_CACHED)
def _members(shape: Any) -> _Members:
    """Cached by the shape's identity."""
    members = shape.members.items()
    return _Members(
        {member.serialization.get("name", name): (name, member) for name, member in members},
        tuple(shape.required_members),
        not any("location" in member.serialization for _, member in members),
    )


def parse_json_structure(
    parser: Any, request: Any, shape: Any, value: Any, uri_params: Any = None
) -> Any:
    """`BaseJSONRequestParser._parse_structure`."""
    if shape.is_document_type or not isinstance(value, dict) or not _members(shape).in_body:
        return STOCK_JSON(parser, request, shape, value, uri_params)
    return _reader(shape)(parser, request, value)


type _Reader = Callable[[Any, Any, Any], Any]
"""Takes a parser, its request and a value that is not null; returns the parsed value."""


@lru_cache(SHAPES_CACHED)
def _reader(shape: Any) -> _Reader:
    """Reads values of the shape; LocalStack's own parser reads those of a wrong type.

    Cached by the shape's identity. A shape may contain itself, so its members' readers are looked
    up late.
    """
    kind = shape.type_name
    if kind == "structure" and (shape.is_document_type or not _members(shape).in_body):
        return _stock_reader(shape)
    return READERS.get(kind, _stock_reader)(shape)


def _stock_reader(shape: Any) -> _Reader:
    return lambda parser, request, value: parser._parse_shape(request, shape, value)  # noqa: SLF001 - LocalStack has no public name for it


def _plain_reader(shape: Any) -> _Reader:
    stock, kind = _stock_reader(shape), bool if shape.type_name == "boolean" else str
    return lambda parser, request, value: (
        value if type(value) is kind else stock(parser, request, value)
    )


def _blob_reader(shape: Any) -> _Reader:
    stock = _stock_reader(shape)

    def read(parser: Any, request: Any, value: Any) -> Any:
        try:
            return base64.b64decode(value) if type(value) is str else stock(parser, request, value)
        except ValueError:
            return stock(parser, request, value)

    return read


def _list_reader(shape: Any) -> _Reader:
    stock = _stock_reader(shape)

    def read(parser: Any, request: Any, value: Any) -> Any:
        if type(value) is not list:
            return stock(parser, request, value)
        item = _reader(shape.member)
        return [None if each is None else item(parser, request, each) for each in value]

    return read


def _map_reader(shape: Any) -> _Reader:
    stock = _stock_reader(shape)

    def read(parser: Any, request: Any, value: Any) -> Any:
        if type(value) is not dict:
            return stock(parser, request, value)
        key_of, item = _reader(shape.key), _reader(shape.value)
        return {
            key_of(parser, request, key): None if each is None else item(parser, request, each)
            for key, each in value.items()
        }

    return read


def _structure_reader(shape: Any) -> _Reader:
    stock, members = _stock_reader(shape), _members(shape)

    def read(parser: Any, request: Any, value: Any) -> Any:
        if type(value) is not dict:
            return stock(parser, request, value)
        parsed: dict[str, Any] = dict.fromkeys(members.required)
        for key, raw in value.items():
            if raw is not None and key in members.by_name:
                name, member = members.by_name[key]
                found = _reader(member)(parser, request, raw)
                if found is not None:
                    parsed[name] = found
        return parsed

    return read


READERS: Mapping[str, Callable[[Any], _Reader]] = {
    "blob": _blob_reader,
    "boolean": _plain_reader,
    "list": _list_reader,
    "map": _map_reader,
    "string": _plain_reader,
    "structure": _structure_reader,
}
"""By the kind of shape; LocalStack's parser reads the other kinds."""


@dataclass(frozen=True)
class _Present:
    """A structure without the members that the request does not have."""

    members: Mapping[str, Any]
    required_members: tuple[str, ...]


@lru_cache(SHAPES_CACHED)
def _headers(shape: Any) -> Mapping[str, str]:
    """The header of each member that is one, in lower case."""
    return {
        name: member.serialization["name"].lower()
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }


def parse_xml_structure(
    parser: Any, request: Any, shape: Any, node: Any, uri_params: Any = None
) -> Any:
    """`RestXMLRequestParser._parse_structure`: an absent header is None without a lookup."""
    headers = _headers(shape)
    if not headers:
        return STOCK_XML(parser, request, shape, node, uri_params)
    sent = {name.lower() for name, _ in request.headers}
    absent = [name for name, header in headers.items() if header not in sent]
    members = {name: member for name, member in shape.members.items() if name not in absent}
    present: Any = _Present(members, tuple(shape.required_members))
    found = STOCK_XML(parser, request, present, node, uri_params)
    return dict.fromkeys(absent) | found


def mime_type(serializer: Any, headers: Any) -> str:
    """`ResponseSerializer._get_mime_type`: the format that the caller accepts."""
    given = headers or {}
    return _mime_type(serializer, given.get("Accept"), given.get("Content-Type"))


@lru_cache(SHAPES_CACHED)
def _mime_type(serializer: Any, accept: str | None, content_type: str | None) -> str:
    """Cached by the serializer's identity; LocalStack makes one for each service."""
    named = {"Accept": accept, "Content-Type": content_type}
    headers: Any = {name: value for name, value in named.items() if value is not None}
    return str(STOCK_MIME_TYPE(serializer, headers))


def replace_parsers() -> None:
    """Replace LocalStack's parsers."""
    JSON_PARSER.apply(parse_json_structure)
    XML_PARSER.apply(parse_xml_structure)
    MIME_TYPE.apply(mime_type)
