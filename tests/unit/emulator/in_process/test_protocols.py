"""Requests parsed without looking for what they do not have come out as LocalStack parses them."""

import json
from typing import Any

import pytest
from localstack.aws.protocol.parser import (
    BaseJSONRequestParser,
    ProtocolParserError,
    RestXMLRequestParser,
    create_parser,
)
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from localstack.http import Request

from wavetank.emulator.in_process.protocols import (
    STOCK_JSON,
    STOCK_MIME_TYPE,
    STOCK_XML,
    mime_type,
    parse_json_structure,
    parse_xml_structure,
)

MANIFEST = (
    b"<CompleteMultipartUpload><Part><ETag>e</ETag><PartNumber>1</PartNumber></Part>"
    b"</CompleteMultipartUpload>"
)


def _json(target: str, content: Any) -> Request:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    return Request("POST", "/", headers=headers, body=json.dumps(content).encode())


REQUESTS = [
    pytest.param("dynamodb", lambda: _json("D.Scan", {"TableName": "t", "Limit": 1}), id="few"),
    pytest.param("dynamodb", lambda: _json("D.Scan", {}), id="a required one missing"),
    pytest.param(
        "dynamodb",
        lambda: _json("D.Scan", {"TableName": "t", "Limit": None, "Unknown": 1}),
        id="null and unknown",
    ),
    pytest.param(
        "dynamodb",
        lambda: _json(
            "D.PutItem",
            {
                "TableName": "t",
                "Item": {
                    "a": {"L": [{"M": {"b": {"N": "1"}}}, {"B": "eA=="}, {"NULL": True}]},
                    "c": {"BS": ["eA=="], "S": None},
                    "d": {"BOOL": False},
                },
            },
        ),
        id="every form of a value",
    ),
    pytest.param(
        "dynamodb",
        lambda: _json(
            "D.GetItem", {"AttributesToGet": "ab", "ConsistentRead": 1, "TableName": {"a": 1}}
        ),
        id="kinds that LocalStack takes for others",
    ),
    pytest.param(
        "firehose",
        lambda: _json(
            "F.PutRecordBatch", {"DeliveryStreamName": "s", "Records": [{"Data": "eA=="}]}
        ),
        id="records",
    ),
    pytest.param(
        "lambda",
        lambda: Request(
            "PUT",
            "/2019-09-25/functions/f/event-invoke-config",
            query_string="Qualifier=q",
            body=b'{"MaximumRetryAttempts": 0, "DestinationConfig": {"OnFailure": {}}}',
        ),
        id="JSON with members elsewhere",
    ),
    pytest.param(
        "s3",
        lambda: Request(
            "PUT",
            "/bucket/key%20of/it/",
            headers={"x-amz-meta-A": "b", "Content-MD5": "m", "X-AMZ-STORAGE-CLASS": "STANDARD"},
            body=b"body",
        ),
        id="headers",
    ),
    pytest.param(
        "s3",
        lambda: Request(
            "GET", "/b/k?attributes", headers={"x-amz-object-attributes": "ETag, ObjectSize"}
        ),
        id="a list in a header",
    ),
    pytest.param(
        "s3", lambda: Request("POST", "/b/k", query_string="uploadId=u", body=MANIFEST), id="XML"
    ),
]


def _parsed(service: str, request: Request) -> Any:
    operation, parameters = create_parser(load_service(service)).parse(request)
    if hasattr(parameters.get("Body"), "read"):
        parameters["Body"] = parameters["Body"].read()
    return operation.name, parameters


def _stock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseJSONRequestParser, "_parse_structure", STOCK_JSON)
    monkeypatch.setattr(RestXMLRequestParser, "_parse_structure", STOCK_XML)


def _ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseJSONRequestParser, "_parse_structure", parse_json_structure)
    monkeypatch.setattr(RestXMLRequestParser, "_parse_structure", parse_xml_structure)


@pytest.mark.parametrize(("service", "request_of"), REQUESTS)
def test_a_request_is_parsed_as_by_localstack(
    service: str, request_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same operation and the same parameters, those that are None included."""
    _stock(monkeypatch)
    expected = _parsed(service, request_of())
    _ours(monkeypatch)
    assert _parsed(service, request_of()) == expected


def test_a_request_that_is_wrong_is_refused_as_by_localstack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A value of one kind where one of another belongs, and a text that is no base64."""
    wrong: list[Any] = [
        {"Key": {"id": "text"}},
        {"Key": ["id"]},
        {"Key": {"id": {"B": "x"}}},
        {"AttributesToGet": 5},
        ["list"],
    ]
    for content in wrong:
        errors = []
        for install in (_stock, _ours):
            install(monkeypatch)
            with pytest.raises(ProtocolParserError) as refusal:
                _parsed("dynamodb", _json("D.GetItem", content))
            errors.append(str(refusal.value))
        assert errors[0] == errors[1]


@pytest.mark.parametrize("service", ["dynamodb", "s3", "iam", "lambda"])
def test_an_answer_has_the_form_that_localstack_gives_it(service: str) -> None:
    """Whatever the caller says it takes, and whether it says so at all."""
    serializer: Any = create_serializer(load_service(service))
    forms = [None, "*/*", "application/json", "text/xml", "application/x-amz-json-1.0", "image/png"]
    for accept in forms:
        for content in forms:
            named = {"Accept": accept, "Content-Type": content}
            headers = {name: value for name, value in named.items() if value}
            for _ in range(2):
                assert mime_type(serializer, headers) == STOCK_MIME_TYPE(serializer, headers)
    assert mime_type(serializer, None) == STOCK_MIME_TYPE(serializer, None)
