"""Answers of a test to handlers' calls of services that have no emulator, in virtual time."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.documents import blocks
from tests.simulator.assistant import ask, deployed_assistant
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import run_context, simulator_fixture
from wavetank.aws.clients import ClientError
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError, ApiLatency, LostReply
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.history import ApiCalled
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.pytest_plugin.test_context import RunContext
from wavetank.simulation.runner import START

DOCUMENT, MODEL = "docs/testing-your-own-pipeline.md", "eu-model-1"
MESSAGES: list[dict[str, Any]] = [{"role": "user", "content": [{"text": "hello"}]}]
CONVERSE: dict[str, Any] = {"modelId": MODEL, "messages": MESSAGES}
REPLY: dict[str, Any] = {
    "output": {"message": {"role": "assistant", "content": [{"text": "good morning"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    "metrics": {"latencyMs": 4},
}
SENTIMENT = {"Text": "fine", "LanguageCode": "en"}


@pytest.fixture(scope="module")
def stack(deployed: Deployed) -> Iterator[PluginsDeployed]:
    """The simulator with the assistant deployed; deleted afterwards."""
    with deployed_assistant(deployed) as made:
        yield made


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    """That of a test without a mark."""
    return run_context(tmp_path)


@pytest.fixture
def assistant(stack: PluginsDeployed, context: RunContext) -> SimulatorFixture:
    """What a test of that pipeline has."""
    return simulator_fixture(stack, context)


def error(code: str, message: str = "no", **members: Any) -> ClientError:
    """The error as the SDK raises it."""
    response: Any = {"Error": {"Code": code, "Message": message}, **members}
    return ClientError(response, "Converse")


def test_a_response_reaches_the_handler(assistant: SimulatorFixture) -> None:
    """With the SDK's types, in JSON, XML and query protocols alike."""
    assistant.answers("bedrock-runtime", "Converse", REPLY)
    assert ask(assistant, "bedrock-runtime", "converse", **CONVERSE) == REPLY
    assistant.answers("comprehend", "DetectSentiment", {"Sentiment": "POSITIVE"})
    assert ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT) == {
        "Sentiment": "POSITIVE"
    }
    assistant.answers("sesv2", "SendEmail", {"MessageId": "m-1", "ResponseMetadata": {}})
    mail = {"Content": {"Template": {"TemplateName": "welcome", "TemplateData": "{}"}}}
    assert ask(assistant, "sesv2", "send_email", **mail) == {"MessageId": "m-1"}
    assistant.answers("ses", "SendTemplatedEmail", {"MessageId": "m-2"})
    by_template = {"Source": "a@example.com", "Template": "welcome", "TemplateData": "{}"}
    sent = ask(assistant, "ses", "send_templated_email", Destination={}, **by_template)
    assert sent == {"MessageId": "m-2"}


def test_a_function_gets_the_parameters_and_the_time(assistant: SimulatorFixture) -> None:
    """A body that is streamed is bytes; the latest answer counts."""
    asked: list[tuple[Mapping[str, Any], datetime]] = []

    def invoke(parameters: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        asked.append((parameters, now))
        return {"body": io.BytesIO(b'{"text": "hi"}'), "contentType": "application/json"}

    assistant.durations(defaults="none")
    assistant.answers("bedrock-runtime", "InvokeModel", {"body": b"", "contentType": "x"})
    assistant.answers("bedrock-runtime", "InvokeModel", invoke)
    made = ask(assistant, "bedrock-runtime", "invoke_model", modelId=MODEL, body="{}")
    assert made == {"body": '{"text": "hi"}', "contentType": "application/json"}
    ((parameters, now),) = asked
    assert (parameters["modelId"], parameters["body"], now) == (MODEL, b"{}", START)


def test_an_event_stream_is_read_event_by_event(assistant: SimulatorFixture) -> None:
    """Of JSON events and of bytes, from any iterable; an exception in it is the SDK's error."""
    deltas = [
        {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": 0}} for text in "ab"
    ]
    start, stop = {"messageStart": {"role": "assistant"}}, {"messageStop": {"stopReason": "x"}}
    events = [start, *deltas, stop]
    assistant.answers("bedrock-runtime", "ConverseStream", lambda _: {"stream": iter(events)})
    assert ask(assistant, "bedrock-runtime", "converse_stream", **CONVERSE) == {"stream": events}

    part = {"body": [{"chunk": {"bytes": b"abc"}}], "contentType": "application/json"}
    assistant.answers("bedrock-runtime", "InvokeModelWithResponseStream", part)
    method = "invoke_model_with_response_stream"
    made = ask(assistant, "bedrock-runtime", method, modelId=MODEL, body="{}")
    assert made == {"body": [{"chunk": {"bytes": "b'abc'"}}], "contentType": "application/json"}

    broken = {"stream": [start, {"throttlingException": {"message": "slow down"}}]}
    assistant.answers("bedrock-runtime", "ConverseStream", broken)
    made = ask(assistant, "bedrock-runtime", "converse_stream", **CONVERSE)
    assert made["error"] == {"Code": "throttlingException", "Message": "slow down"}


def test_an_error_reaches_the_handler(assistant: SimulatorFixture) -> None:
    """With its code, its message and the members of its own, given or raised."""
    assistant.answers("bedrock-runtime", "Converse", error("ThrottlingException", "slow down"))
    made = ask(assistant, "bedrock-runtime", "converse", **CONVERSE)
    assert made["error"] == {"Code": "ThrottlingException", "Message": "slow down"}

    def refuse(_: object) -> dict[str, Any]:
        raise error("ModelErrorException", "broken", originalStatusCode=500)

    assistant.answers("bedrock-runtime", "Converse", refuse)
    made = ask(assistant, "bedrock-runtime", "converse", **CONVERSE)
    assert made["error"]["Code"] == "ModelErrorException"
    assistant.answers("ses", "SendTemplatedEmail", error("TemplateDoesNotExist", "no t"))
    mail = {"Source": "a@example.com", "Template": "t", "TemplateData": "{}", "Destination": {}}
    made = ask(assistant, "ses", "send_templated_email", **mail)
    assert made["error"]["Code"] == "TemplateDoesNotExist"


def test_a_wrong_answer_of_a_function_fails_the_test(assistant: SimulatorFixture) -> None:
    """The handler, which catches every error of the SDK, cannot hide it; nor an assertion."""
    assistant.answers("comprehend", "DetectSentiment", lambda _: {"Sentimnt": "POSITIVE"})
    with pytest.raises(UsageError, match=r"did you mean Sentiment\?.*has 'Sentimnt'"):
        ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT)

    def check(parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert parameters["LanguageCode"] == "de"
        return {}

    assistant.answers("comprehend", "DetectSentiment", check)
    with pytest.raises(AssertionError, match="'en' == 'de'"):
        ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT)


def test_a_call_without_an_answer_is_named(
    assistant: SimulatorFixture, context: RunContext
) -> None:
    """To the handler, with what to write; in the result; and in the report of a failed test."""
    with assistant.stepped_by_clock() as clock:
        made = ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT)
        mail = {"EmailAddress": "a@example.com", "TemplateName": "t"}
        ask(assistant, "ses", "send_custom_verification_email", **mail)
        result = clock.finish()
    assert 'write simulator.answers("comprehend", "DetectSentiment", ...)' in made["text"]
    assert result.unanswered == (
        "comprehend DetectSentiment has no answer (1 call)",
        "ses SendCustomVerificationEmail has no answer (1 call)",
    )
    with pytest.raises(AssertionError, match="comprehend DetectSentiment has no answer"):
        result.assert_all_valid()
    (report,) = [each() for each in context.run_reports]
    assert "00:00:00  comprehend DetectSentiment has no answer" in report


def test_a_call_outside_a_run_is_named_too(
    assistant: SimulatorFixture, context: RunContext
) -> None:
    """Calls of `simulator.http` are in the report of a failed test, as those of a run are."""
    ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT)
    assert any("comprehend DetectSentiment has no answer" in each() for each in context.run_reports)


def test_policies_are_enforced(assistant: SimulatorFixture) -> None:
    """Converse needs the action of InvokeModel, on the model; the answer is not asked for."""
    asked: list[object] = []

    def converse(parameters: object) -> dict[str, Any]:
        asked.append(parameters)
        return REPLY

    assistant.answers("bedrock-runtime", "Converse", converse)
    made = ask(assistant, "bedrock-runtime", "converse", **CONVERSE | {"modelId": "other"})
    assert made["error"]["Code"] == "AccessDeniedException"
    assert (
        "bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-1::foundation-model/other"
        in (made["error"]["Message"])
    )
    assistant.answers("textract", "DetectDocumentText", {"Blocks": []})
    made = ask(assistant, "textract", "detect_document_text", Document={"Bytes": "x"})
    assert made["error"]["Code"] == "AccessDeniedException"
    assert asked == []


@pytest.mark.parametrize(
    ("kind", "fields", "result", "outcome"),
    [
        (ApiError, {"code": "ThrottlingException"}, "ThrottlingException", "ThrottlingException"),
        (ApiError, {"code": "InternalServerException"}, "InternalServerException", None),
        (ApiLatency, {"takes": timedelta(seconds=9)}, "ReadTimeoutError", "read timeout"),
        (LostReply, {}, "ConnectionClosedError", "connection lost"),
    ],
)
def test_faults_hit_answered_calls(
    stack: PluginsDeployed,
    context: RunContext,
    kind: type[Fault],
    fields: dict[str, Any],
    result: str,
    outcome: str | None,
) -> None:
    """As they hit those that an emulator serves; the calls are in the history."""
    fault = kind(after=timedelta(), call="comprehend:DetectSentiment", **fields)  # type: ignore[call-arg]  # of calls
    scenario = replace(context.scenario, plan=FaultPlan((fault,)))
    assistant = SimulatorFixture(stack, replace(context, scenario=scenario))
    assistant.answers("comprehend", "DetectSentiment", {"Sentiment": "POSITIVE"})
    with assistant.stepped_by_clock() as clock:
        clock.advance(seconds=1)
        first = ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT)
        second = ask(assistant, "comprehend", "detect_sentiment", **SENTIMENT)
        calls = clock.of(ApiCalled)
    assert result in (first["error"], first["error"]["Code"] if "text" in first else None)
    assert second == {"Sentiment": "POSITIVE"}
    assert [call.outcome for call in calls] == [outcome or result, "ok"]
    assert {f"{call.service}:{call.operation}" for call in calls} == {"comprehend:DetectSentiment"}


def test_a_run_is_the_same_again(assistant: SimulatorFixture) -> None:
    """With the same answers, as its seed says."""
    assistant.answers("comprehend", "DetectSentiment", {"Sentiment": "POSITIVE"})
    body = {"service": "comprehend", "method": "detect_sentiment", "arguments": SENTIMENT}
    event = {"body": json.dumps(body)}
    assistant.workload("invoke", "Assistant", rate="1 per minute", body=event)
    first, second = assistant.run(minutes=5), assistant.run(minutes=5)
    assert first.digest == second.digest
    assert len([call for call in first.of(ApiCalled) if call.service == "comprehend"]) >= 4


def test_the_example_of_the_documents(assistant: SimulatorFixture) -> None:
    """Its answers are valid, and its handler may make those calls."""
    (example,) = [text for text in blocks(DOCUMENT, "py") if "simulator.answers" in text]
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - the project's own document
    names["test_a_summary"](assistant)
    made = ask(assistant, "bedrock-runtime", "converse", **CONVERSE)
    (content,) = made["output"]["message"]["content"]
    assert content["text"].endswith(" hello")  # after the virtual time


def fetched(assistant: SimulatorFixture, url: str) -> Any:
    """What the function gets from the web."""
    headers, body = {"Content-Type": "application/json"}, json.dumps({"url": url})
    return assistant.http("POST", "/", headers=headers, body=body, function_url="Assistant").json()


def test_the_web_is_answered_by_the_test(assistant: SimulatorFixture) -> None:
    """Whatever the query; a request that has no answer is named, with what to write."""
    assistant.answers_web("https://a.example/b", lambda request: f"got {request.url}")
    assert fetched(assistant, "https://a.example/b?c=1") == "got https://a.example/b?c=1"
    with pytest.raises(UsageError, match=r'simulator.answers_web\("http://b.example/", ...\)'):
        fetched(assistant, "http://b.example/")


def test_a_presigned_url_leads_to_the_emulator(assistant: SimulatorFixture) -> None:
    """As it leads to S3 on AWS."""
    aws = assistant.aws
    where: Any = {"LocationConstraint": "eu-west-1"}
    aws.s3.create_bucket(Bucket="presigned", CreateBucketConfiguration=where)
    aws.s3.put_object(Bucket="presigned", Key="k", Body=b"content")
    given = {"Bucket": "presigned", "Key": "k"}
    url = aws.s3.generate_presigned_url("get_object", Params=given, ExpiresIn=10**9)
    assert fetched(assistant, url) == "content"
