"""CORS settings of function URLs and HTTP APIs let the origins that they name call these alone."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests

from tests.security.conftest import HTTP_SECONDS, Attacked
from tests.waiting import wait_until_seen
from wavetank.core.lambda_package import package_files

NAMED = "https://app.example.com"
SOURCE = b"""def handler(event, context):
    headers = {"Access-Control-Allow-Origin": "*", "Content-Security-Policy": "img-src 'none'"}
    sent = [event["rawPath"], *event.get("cookies", []), event["headers"].get("x-b", "")]
    body = " ".join(sent).strip()
    return {"statusCode": 200, "body": body, "headers": headers, "cookies": ["a=1", "b=2"]}
"""


@pytest.fixture(scope="module")
def function_host(attacked: Attacked) -> Iterator[str]:
    """The host of the URL of a function that shares its answers with every origin."""
    aws, name = attacked.aws, "shared-function"
    principal = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    package = package_files(name, {"function.py": SOURCE})
    aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="function.handler",
        Code={"ZipFile": package.content},
    )
    wait_until_seen(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        "the function to be active",
    )
    url = aws.awslambda.create_function_url_config(
        FunctionName=name,
        AuthType="NONE",
        Cors={"AllowOrigins": [NAMED], "AllowMethods": ["POST"], "AllowHeaders": ["x-a"]},
    )
    aws.awslambda.add_permission(
        FunctionName=name,
        StatementId="url",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    yield urlsplit(url["FunctionUrl"]).netloc
    aws.awslambda.delete_function_url_config(FunctionName=name)
    aws.awslambda.delete_function(FunctionName=name)
    aws.iam.delete_role(RoleName=name)


def _ask(attacked: Attacked, host: str, method: str, **headers: str) -> requests.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(
        method, f"{attacked.endpoint}/x", headers={"Host": host} | given, timeout=HTTP_SECONDS
    )


def test_a_function_url_s_setting_is_for_its_origin_and_methods(
    attacked: Attacked, function_host: str
) -> None:
    """What the function itself says of origins is taken out, as AWS takes the URL's setting."""
    shared = _ask(attacked, function_host, "POST", Origin=NAMED)
    assert (shared.status_code, shared.text) == (200, "/x")
    assert shared.headers["Access-Control-Allow-Origin"] == NAMED
    asks = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "X-A"}
    permitted = _ask(attacked, function_host, "OPTIONS", Origin=NAMED, **asks)
    assert permitted.headers["Access-Control-Allow-Methods"] == "POST"
    assert permitted.headers["Access-Control-Allow-Headers"] == "x-a"
    for method, origin in (("GET", NAMED), ("POST", "https://evil.example.com"), ("POST", "null")):
        refused = _ask(attacked, function_host, method, Origin=origin)
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused.headers
    other = f"other.{function_host.partition('.')[2]}"
    assert _ask(attacked, other, "POST", Origin=NAMED).status_code == 403


@pytest.fixture(scope="module")
def api_host(attacked: Attacked) -> Iterator[str]:
    """The host of an HTTP API that shares its answers with an origin."""
    aws, name = attacked.aws, "shared-api"
    cors = {"AllowOrigins": [NAMED], "AllowMethods": ["GET", "PUT"], "AllowHeaders": ["x-a"]}
    api = {"Name": name, "ProtocolType": "HTTP", "CorsConfiguration": cors}
    stage = {"ApiId": {"Ref": "Api"}, "StageName": "$default"}
    resources = {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": api},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": stage},
    }
    outputs = {"Id": {"Value": {"Ref": "Api"}}}
    template = json.dumps({"Resources": resources, "Outputs": outputs})
    aws.cloudformation.create_stack(StackName=name, TemplateBody=template)
    aws.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    (output,) = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    yield f"{output['OutputValue']}.execute-api.localhost.localstack.cloud"
    aws.cloudformation.delete_stack(StackName=name)


def test_a_function_url_keeps_what_is_sent(attacked: Attacked, function_host: str) -> None:
    """The path as it is, cookies and repeated headers, and cookies of the answer."""
    client = HTTPConnection("127.0.0.1", attacked.port, timeout=HTTP_SECONDS)
    client.putrequest("GET", "/a%20b", skip_host=True)
    sent = ("Host", function_host), ("Cookie", "k=v; l=w"), ("X-B", "1"), ("X-B", "2")
    for name, value in sent:
        client.putheader(name, value)
    client.endheaders()
    response = client.getresponse()
    assert response.read() == b"/a%20b k=v l=w 1,2"
    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    client.close()


def test_an_http_api_s_setting_is_for_its_origin_and_methods(
    attacked: Attacked, api_host: str
) -> None:
    """Its own errors are shared too."""
    shared = _ask(attacked, api_host, "GET", Origin=NAMED)
    assert (shared.status_code, shared.json()) == (404, {"message": "Not Found"})
    assert shared.headers["Access-Control-Allow-Origin"] == NAMED
    asks = {"Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "X-A"}
    permitted = _ask(attacked, api_host, "OPTIONS", Origin=NAMED, **asks)
    assert permitted.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    for method, origin in (("POST", NAMED), ("GET", "https://evil.example.com")):
        refused = _ask(attacked, api_host, method, Origin=origin)
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_program_gets_what_the_function_answers(attacked: Attacked, function_host: str) -> None:
    """Its own headers too; a policy of its own stays beside the guard's."""
    answer = _ask(attacked, function_host, "PUT")
    assert answer.text == "/x"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Security-Policy"] == "img-src 'none', sandbox"
