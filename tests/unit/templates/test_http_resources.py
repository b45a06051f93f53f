"""Function URLs and APIs in templates: what would decide over requests without being simulated."""

import pytest

from tests.unit.templates.conftest import ReadTemplate
from wavetank.templates.supported_resources import unsupported

SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::{kind}
    Properties: {api}
  Take:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.take
      InlineCode: ""
      Events: {{Call: {{Type: {event}, Properties: {{{ref}: !Ref Shop, Path: /a, Method: get}}}}}}
"""
PLAIN = """
Resources:
  Part:
    Type: AWS::{kind}
    Properties: {properties}
"""


def sam(kind: str, api: str) -> str:
    """A template with an API of that type, and a function that has a route of it."""
    event, ref = ("Api", "RestApiId") if kind == "Api" else ("HttpApi", "ApiId")
    return SAM.format(kind=kind, api=api, event=event, ref=ref)


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        ("Api", "{StageName: live}"),
        ("Api", "{StageName: live, Cors: \"'*'\"}"),
        (
            "Api",
            "{StageName: a, Auth: {ApiKeyRequired: true, UsagePlan: {CreateUsagePlan: PER_API}}}",
        ),
        ("Api", "{StageName: a, Auth: {ResourcePolicy: {IpRangeBlacklist: [203.0.113.0/24]}}}"),
        ("HttpApi", "{StageName: live, CorsConfiguration: {AllowOrigins: ['*']}}"),
    ],
)
def test_apis_with_functions_pass(read: ReadTemplate, kind: str, api: str) -> None:
    """With CORS, too."""
    assert unsupported(read(sam(kind, api)).scope) == []


LAMBDA = "{DefaultAuthorizer: Guard, Authorizers: {Guard: {FunctionArn: !GetAtt Take.Arn}}}"
ROLE = LAMBDA.replace("Arn}", "Arn, FunctionInvokeRole: arn}")
MODERN = LAMBDA.replace("Arn}", "Arn, AuthorizerPayloadFormatVersion: '2.0'}")


@pytest.mark.parametrize(
    ("kind", "auth", "passes"),
    [("Api", LAMBDA, True), ("HttpApi", MODERN, True), ("Api", ROLE, False)],
)
def test_functions_may_authorize(
    read: ReadTemplate,
    kind: str,
    auth: str,
    passes: bool,  # noqa: FBT001 - a case
) -> None:
    """If their own policy lets the API invoke them, and not a role."""
    problems = unsupported(read(sam(kind, f"{{StageName: live, Auth: {auth}}}")).scope)
    assert (problems == []) is passes


def test_a_method_that_is_exempt_from_authorizers_passes(read: ReadTemplate) -> None:
    """As SAM writes it in the document."""
    method = "{security: [{NONE: []}], x-amazon-apigateway-integration: {type: aws_proxy}}"
    properties = f"{{Body: {{paths: {{/a: {{get: {method}}}}}}}}}"
    text = PLAIN.format(kind="ApiGateway::RestApi", properties=properties)
    assert unsupported(read(text).scope) == []


COGNITO = "{DefaultAuthorizer: Users, Authorizers: {Users: {UserPoolArn: arn}}}"
JWT = (
    "{DefaultAuthorizer: Users, Authorizers: {Users: {IdentitySource: a, "
    "JwtConfiguration: {issuer: a, audience: [b]}}}}"
)


@pytest.mark.parametrize(
    ("kind", "api", "found"),
    [
        ("Api", f"{{StageName: a, Auth: {COGNITO}}}", "with the authorizer Users of get /a"),
        ("Api", "{StageName: a, Auth: {DefaultAuthorizer: AWS_IAM}}", "AWS_IAM of get /a"),
        ("HttpApi", f"{{Auth: {JWT}}}", "with the authorizer Users of get /a"),
    ],
)
def test_authorizers_are_refused_by_name(
    read: ReadTemplate, kind: str, api: str, found: str
) -> None:
    """They would let everything pass here."""
    problems = [each.found for each in unsupported(read(sam(kind, api)).scope)]
    assert any(found in each for each in problems), problems


@pytest.mark.parametrize(
    ("kind", "properties", "found"),
    [
        ("Lambda::Url", "{AuthType: AWS_IAM}", "with AWS_IAM at "),
        ("Lambda::Url", "{AuthType: NONE, InvokeMode: RESPONSE_STREAM}", "with RESPONSE_STREAM"),
        (
            "ApiGateway::Method",
            "{Integration: {Type: MOCK}, AuthorizationType: CUSTOM}",
            "with the authorization CUSTOM",
        ),
        (
            "ApiGateway::RestApi",
            "{EndpointConfiguration: {Types: [PRIVATE]}}",
            "with a private endpoint",
        ),
        ("ApiGatewayV2::Route", "{ApiKeyRequired: true}", "with an API key"),
        ("ApiGateway::RestApi", "{Body: {security: [{Users: []}]}}", "Users of all methods"),
        ("ApiGatewayV2::Api", "{BodyS3Location: {Bucket: b, Key: k}}", "with a document in S3"),
        ("ApiGatewayV2::Api", "{ProtocolType: WEBSOCKET}", "with the protocol WEBSOCKET"),
        ("ApiGatewayV2::Route", "{AuthorizationType: JWT}", "with the authorization JWT"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(
    read: ReadTemplate, kind: str, properties: str, found: str
) -> None:
    """With the type and the line."""
    text = PLAIN.format(kind=kind, properties=properties)
    (problem,) = unsupported(read(text).scope)
    assert found in problem.found
    assert f"Part (AWS::{kind})" in problem.found


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("ApiGateway::Method", "{Integration: {Type: AWS_PROXY}, ApiKeyRequired: true}"),
        ("ApiGateway::RestApi", "{Policy: {Statement: []}}"),
        ("ApiGateway::Method", "{Integration: {Type: HTTP}}"),
        (
            "ApiGateway::RestApi",
            "{Body: {paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws}}}}}}",
        ),
        (
            "ApiGatewayV2::Integration",
            "{IntegrationType: AWS_PROXY, IntegrationSubtype: SQS-SendMessage}",
        ),
    ],
)
def test_other_integrations_leave_the_rest_of_a_template_usable(
    read: ReadTemplate, kind: str, properties: str
) -> None:
    """A call of such a method is an error, but queues and tables behind it have other senders."""
    assert unsupported(read(PLAIN.format(kind=kind, properties=properties)).scope) == []
