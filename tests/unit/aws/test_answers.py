"""Answers to calls are compared with the SDK's model of the operation."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from wavetank.aws.answers import Answers
from wavetank.aws.clients import ClientError
from wavetank.core.errors import UsageError
from wavetank.core.http_types import Refused, UnsupportedCall

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def error(code: str, **members: Any) -> ClientError:
    """The error as the SDK raises it."""
    response: Any = {"Error": {"Code": code, "Message": "no"}, **members}
    return ClientError(response, "X")


@pytest.mark.parametrize(
    ("service", "operation", "near"),
    [
        ("comprehnd", "DetectSentiment", "did you mean comprehend?"),
        ("no-such-thing-at-all", "X", "see boto3's documentation"),
        ("comprehend", "DetectSentimnt", "did you mean DetectSentiment?"),
        ("comprehend", "detect_sentiment", "did you mean DetectSentiment?"),
        ("Bedrock-Runtime", "Converse", "did you mean bedrock-runtime?"),
    ],
)
def test_an_unknown_operation_gets_the_nearest_name(
    service: str, operation: str, near: str
) -> None:
    """Of a service as of an operation, whatever its case."""
    with pytest.raises(UsageError) as refused:
        Answers().add(service, operation, {})
    assert refused.value.action == near


STOP = {"messageStop": {"stopReason": "x"}}
MESSAGE = {"role": "assistant", "content": [{"text": "hi"}]}
METERS = {
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    "metrics": {"latencyMs": 4},
}


def converse(**changed: Any) -> dict[str, Any]:
    """A response of Converse with other members."""
    return {"output": {"message": MESSAGE}, **METERS, **changed}


@pytest.mark.parametrize(
    ("operation", "response", "problem"),
    [
        ("Converse", converse(outputs=1), "response to be a dict (ConverseResponse) with output,"),
        ("Converse", converse(outputs=1), "(did you mean output?), where it has 'outputs'"),
        ("Converse", converse(stopReason=1), "response.stopReason to be a str (StopReason), where"),
        (
            "Converse",
            converse(usage={"inputTokens": "1"}),
            "response.usage.inputTokens to be an int (TokenUsageInputTokensInteger), where it is",
        ),
        (
            "Converse",
            converse(usage={}),
            "response.usage to have an int (TokenUsageInputTokensInteger) as 'inputTokens', which",
        ),
        (
            "Converse",
            converse(output={"message": {**MESSAGE, "content": {}}}),
            "response.output.message.content to be a list (ContentBlocks), where it is {}",
        ),
        (
            "Converse",
            converse(output={"message": {**MESSAGE, "content": [{"text": "a"}, {"txt": "b"}]}}),
            "response.output.message.content[1] to be a dict (ContentBlock) with text, image",
        ),
        ("Converse", converse(output={}), "response.output to have exactly one of message"),
        ("Converse", converse(metrics={"latencyMs": True}), "where it is True"),
        ("Converse", [], "a dict or a ClientError, where it is []"),
        ("InvokeModel", {"body": {}, "contentType": "x"}, "response.body to be bytes or text"),
        ("ConverseStream", {"stream": "abc"}, "response.stream to be a list of events"),
        ("ConverseStream", {"stream": [{}]}, "response.stream[0] to be a dict with one of"),
        (
            "ConverseStream",
            {"stream": [{"messageStart": {"role": 1}}]},
            "response.stream[0].messageStart.role to be a str (ConversationRole)",
        ),
    ],
)
def test_a_response_of_another_shape_is_refused(
    operation: str, response: Any, problem: str
) -> None:
    """With the path of what differs, and the shape that is expected there."""
    with pytest.raises(UsageError) as refused:
        Answers().add("bedrock-runtime", operation, response)
    assert problem in str(refused.value)
    assert f"an answer to bedrock-runtime {operation} as the SDK's model has it" in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("operation", "response"),
    [
        ("Converse", converse(ResponseMetadata={"HTTPStatusCode": 200})),
        ("Converse", converse(additionalModelResponseFields={"any": ["thing", 1, None]})),
        ("InvokeModel", {"body": "text", "contentType": "text/plain"}),
        ("ConverseStream", {"stream": ({"messageStop": {"stopReason": "x"}} for _ in "ab")}),
    ],
)
def test_a_response_of_the_shape_is_accepted(operation: str, response: Any) -> None:
    """Also with what the SDK adds, a document of any form, and events from an iterator."""
    answers = Answers()
    answers.add("bedrock-runtime", operation, response)
    assert answers.find("bedrock-runtime", operation) is not None


@pytest.mark.parametrize(
    ("operation", "response", "read"),
    [
        ("InvokeModel", {"body": BytesIO(b"x"), "contentType": "y"}, {"body": b"x"}),
        ("ConverseStream", {"stream": iter([STOP])}, {"stream": [STOP]}),
    ],
)
def test_every_call_gets_the_content_of_a_stream(
    operation: str, response: Any, read: dict[str, Any]
) -> None:
    """Though it can be read once only."""
    answers = Answers()
    answers.add("bedrock-runtime", operation, response)
    answer = answers.find("bedrock-runtime", operation)
    assert answer is not None
    for _ in range(2):
        assert answer.to({}, NOW).items() >= read.items()


def test_an_operation_without_output_is_answered_by_nothing() -> None:
    """An empty dict is its response; a key is not."""
    answers = Answers()
    answers.add("ec2", "DeleteVpc", {})
    with pytest.raises(UsageError, match="expected no key"):
        answers.add("ec2", "DeleteVpc", {"VpcId": "x"})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (error("ThrottlngException"), "did you mean ThrottlingException?"),
        (error("ModelErrorException", originalStatusCode="x"), "originalStatusCode to be an int"),
        (error("ModelErrorException", originalStatus=1), "where it has 'originalStatus'"),
    ],
)
def test_an_error_that_the_operation_does_not_have_is_refused(
    given: ClientError, problem: str
) -> None:
    """By its code, or by its members."""
    with pytest.raises(UsageError) as refused:
        Answers().add("bedrock-runtime", "Converse", given)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("service", "operation", "given", "status"),
    [
        ("bedrock-runtime", "Converse", error("ThrottlingException"), 429),
        ("bedrock-runtime", "Converse", error("InternalFailure"), 500),
        ("bedrock-runtime", "Converse", error("AccessDeniedException"), 403),
        ("ec2", "DescribeVpcs", error("InvalidVpcID.NotFound"), 400),
        ("ec2", "DescribeVpcs", error("X", ResponseMetadata={"HTTPStatusCode": 418}), 418),
    ],
)
def test_an_error_has_the_status_of_the_model(
    service: str, operation: str, given: ClientError, status: int
) -> None:
    """Unless the error says another one; a service that models no errors has any."""
    answers = Answers()
    answers.add(service, operation, given)
    answer = answers.find(service, operation)
    assert answer is not None
    with pytest.raises(Refused) as refused:
        answer.to({}, NOW)
    assert (refused.value.code, refused.value.status) == (given.response["Error"]["Code"], status)


@pytest.mark.parametrize(
    "function",
    [
        lambda: {"Sentiment": "NEUTRAL"},
        lambda parameters: {"Sentiment": parameters["Text"]},
        lambda parameters, now: {"Sentiment": f"{parameters['Text']} {now.year}"},
        lambda *arguments: {"Sentiment": f"{arguments[0]['Text']} {arguments[1].year}"},
        lambda parameters, *, other=1: {"Sentiment": f"{parameters['Text']} {other}"},
    ],
)
def test_a_function_gets_as_many_arguments_as_it_takes(function: Callable[..., Any]) -> None:
    """The parameters, and then the virtual time."""
    answers = Answers()
    answers.add("comprehend", "DetectSentiment", function)
    answer = answers.find("comprehend", "DetectSentiment")
    assert answer is not None
    assert answer.to({"Text": "MIXED"}, NOW)["Sentiment"] in {
        *("NEUTRAL", "MIXED", "MIXED 2030", "MIXED 1")
    }


@pytest.mark.parametrize(
    ("mistake", "raised"),
    [(lambda parameters: parameters["x"], KeyError), (lambda _: {"Sentimnt": "x"}, UsageError)],
)
def test_a_mistake_of_a_function_passes_the_handler(
    mistake: Callable[..., Any], raised: type[Exception]
) -> None:
    """Which catches exceptions, but not this one; the test gets the function's own error."""
    answers = Answers()
    answers.add("comprehend", "DetectSentiment", mistake)
    answer = answers.find("comprehend", "DetectSentiment")
    assert answer is not None
    with pytest.raises(UnsupportedCall) as failed:
        answer.to({}, NOW)
    assert isinstance(failed.value.error, raised)
    assert not isinstance(failed.value, Exception)
