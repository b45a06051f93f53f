"""What belongs to REST APIs: methods, models, keys and plans; and what calls out."""

import json
from collections.abc import Callable
from typing import Any

from tests.embedded.stack_updates.case import Case, Look, Stage

API = {"RestApiId": {"Ref": "Gateway"}}
MOCK = {"Type": "MOCK", "RequestTemplates": {"application/json": '{"statusCode": 200}'}}
OTHERS: dict[str, Any] = {
    "Gateway": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "gateway"}},
    "Ready": {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            **API,
            "ResourceId": {"Fn::GetAtt": ["Gateway", "RootResourceId"]},
            "HttpMethod": "POST",
            "AuthorizationType": "NONE",
            "Integration": MOCK,
        },
    },
    "Live": {
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {**API, "StageName": "live"},
        "DependsOn": "Ready",
    },
    "Login": {
        "Type": "AWS::Events::Connection",
        "Properties": {
            "AuthorizationType": "API_KEY",
            "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "a", "ApiKeyValue": "b"}},
        },
    },
}


def of_api(read: Callable[[Any, Stage], Any]) -> Look:
    """Reads through the API Gateway API."""
    return lambda stage: read(stage.client("apigateway"), stage)


def method(client: Any, stage: Stage) -> Any:
    """Whether the method needs a key, and the statuses and patterns of its responses."""
    (root,) = client.get_resources(restApiId=stage["Gateway"])["items"]
    found = client.get_method(restApiId=stage["Gateway"], resourceId=root["id"], httpMethod="GET")
    responses = found["methodIntegration"].get("integrationResponses", {})
    patterns = {code: answer.get("selectionPattern") for code, answer in responses.items()}
    return found["apiKeyRequired"], sorted(found.get("methodResponses", {})), patterns


def methods(*statuses: str, key: bool) -> dict[str, Any]:
    """A method with the responses."""
    integration = [{"StatusCode": it, "SelectionPattern": f"{it}.*"} for it in statuses]
    return {
        "ApiKeyRequired": key,
        "Integration": {**MOCK, "IntegrationResponses": integration},
        "MethodResponses": [{"StatusCode": it} for it in statuses],
    }


def plan(client: Any, stage: Stage) -> Any:
    """Limits, stages and tags of the usage plan."""
    found = client.get_usage_plan(usagePlanId=stage["Plan"])
    return (
        found.get("description"),
        found.get("quota"),
        found.get("throttle"),
        [it["stage"] for it in found.get("apiStages", [])],
        found.get("tags", {}),
    )


def api_key(client: Any, stage: Stage) -> Any:
    """Name, description, state and tags of the key."""
    found = client.get_api_key(apiKey=stage["ApiKey"])
    name = found["name"].startswith(stage.name)
    return name, found.get("description"), found["enabled"], found.get("tags", {})


def api_tags(client: Any, stage: Stage) -> Any:
    """The tags of the API, without those that LocalStack sets for CloudFormation."""
    found = client.get_rest_api(restApiId=stage["TaggedApi"])["tags"]
    return {key: value for key, value in found.items() if not key.startswith("aws:")}


def model(client: Any, stage: Stage) -> Any:
    """Description and type of the model."""
    found = client.get_model(restApiId=stage["Gateway"], modelName="Shape")
    return found.get("description"), json.loads(found["schema"])["type"]


def validator(client: Any, stage: Stage) -> Any:
    """What of a request is validated."""
    (found,) = client.get_request_validators(restApiId=stage["Gateway"])["items"]
    return found["validateRequestBody"], found["validateRequestParameters"]


def gateway_response(client: Any, stage: Stage) -> Any:
    """The headers of the API's own answer."""
    found = client.get_gateway_response(restApiId=stage["Gateway"], responseType="DEFAULT_4XX")
    return found["responseParameters"]


def connection(stage: Stage) -> Any:
    """The key of the connection, whose name was made up."""
    found = stage.client("events").describe_connection(Name=stage["Connection"])
    key = found["AuthParameters"]["ApiKeyAuthParameters"]["ApiKeyName"]
    return found["Name"].startswith(stage.name), key


def destination(stage: Stage) -> Any:
    """Method and rate of the API destination, whose name was made up."""
    found = stage.client("events").describe_api_destination(Name=stage["Destination"])
    rate = found.get("InvocationRateLimitPerSecond")
    return found["Name"].startswith(stage.name), found["HttpMethod"], rate


def login(key: str) -> dict[str, Any]:
    """What a connection identifies itself with."""
    return {"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": key, "ApiKeyValue": "v"}}}


CASES = (
    Case(
        name="Method",
        type="AWS::ApiGateway::Method",
        others=OTHERS,
        fixed={
            **API,
            "ResourceId": {"Fn::GetAtt": ["Gateway", "RootResourceId"]},
            "HttpMethod": "GET",
            "AuthorizationType": "NONE",
        },
        before=methods("200", key=True),
        after=methods("200", "404", key=False),
        look=of_api(method),
        seen=(
            (True, ["200"], {"200": "200.*"}),
            (False, ["200", "404"], {"200": "200.*", "404": "404.*"}),
        ),
    ),
    Case(
        name="Plan",
        type="AWS::ApiGateway::UsagePlan",
        depends_on="Live",
        before={
            "ApiStages": [{"ApiId": {"Ref": "Gateway"}, "Stage": "live"}],
            "Description": "one",
            "Quota": {"Limit": 10, "Period": "DAY"},
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "gone", "Value": "1"}],
            "Throttle": {"BurstLimit": 1, "RateLimit": 2},
        },
        after={
            "ApiStages": [],
            "Description": "two",
            "Quota": {"Limit": 20, "Period": "MONTH"},
            "Tags": [{"Key": "a", "Value": "2"}],
            "Throttle": {"BurstLimit": 3, "RateLimit": 2},
        },
        look=of_api(plan),
        seen=(
            (
                "one",
                {"limit": 10, "offset": 0, "period": "DAY"},
                {"burstLimit": 1, "rateLimit": 2.0},
                ["live"],
                {"a": "1", "gone": "1"},
            ),
            (
                "two",
                {"limit": 20, "offset": 0, "period": "MONTH"},
                {"burstLimit": 3, "rateLimit": 2.0},
                [],
                {"a": "2"},
            ),
        ),
    ),
    Case(
        name="ApiKey",
        type="AWS::ApiGateway::ApiKey",
        before={"Description": "one", "Enabled": True, "Tags": [{"Key": "a", "Value": "1"}]},
        after={"Description": "two", "Enabled": False, "Tags": [{"Key": "a", "Value": "2"}]},
        look=of_api(api_key),
        seen=((True, "one", True, {"a": "1"}), (True, "two", False, {"a": "2"})),
    ),
    Case(
        name="TaggedApi",
        type="AWS::ApiGateway::RestApi",
        fixed={"Name": "tagged"},
        before={"Tags": [{"Key": "a", "Value": "1"}]},
        after={"Tags": [{"Key": "b", "Value": "2"}]},
        look=of_api(api_tags),
        seen=({"a": "1"}, {"b": "2"}),
    ),
    Case(
        name="Model",
        type="AWS::ApiGateway::Model",
        fixed={**API, "Name": "Shape", "ContentType": "application/json"},
        before={"Description": "one", "Schema": {"type": "object"}},
        after={"Description": "two", "Schema": {"type": "array"}},
        look=of_api(model),
        seen=(("one", "object"), ("two", "array")),
    ),
    Case(
        name="Validator",
        type="AWS::ApiGateway::RequestValidator",
        fixed={**API, "Name": "validator"},
        before={"ValidateRequestBody": True, "ValidateRequestParameters": False},
        after={"ValidateRequestBody": False, "ValidateRequestParameters": True},
        look=of_api(validator),
        seen=((True, False), (False, True)),
    ),
    Case(
        name="GatewayResponse",
        type="AWS::ApiGateway::GatewayResponse",
        fixed={**API, "ResponseType": "DEFAULT_4XX"},
        before={"ResponseParameters": {"gatewayresponse.header.One": "'1'"}},
        after={"ResponseParameters": {"gatewayresponse.header.Two": "'2'"}},
        look=of_api(gateway_response),
        seen=({"gatewayresponse.header.One": "'1'"}, {"gatewayresponse.header.Two": "'2'"}),
    ),
    Case(
        name="Connection",
        type="AWS::Events::Connection",
        fixed={"AuthorizationType": "API_KEY"},
        before=login("one"),
        after=login("two"),
        look=connection,
        seen=((True, "one"), (True, "two")),
    ),
    Case(
        name="Destination",
        type="AWS::Events::ApiDestination",
        fixed={
            "ConnectionArn": {"Fn::GetAtt": ["Login", "Arn"]},
            "InvocationEndpoint": "https://example.com/",
        },
        before={"HttpMethod": "POST", "InvocationRateLimitPerSecond": 10},
        after={"HttpMethod": "PUT", "InvocationRateLimitPerSecond": 20},
        look=destination,
        seen=((True, "POST", 10), (True, "PUT", 20)),
    ),
)
