"""What a call to a service without a table of its own concerns, by the names of its parameters."""

from typing import Any

import pytest

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.required_action import Call

SCOPE = "eu-west-1:1"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "resources"),
    [
        ("ssm", "GetParameter", {"Name": "/a/b"}, "ssm:GetParameter", ["ssm:{}:parameter/a/b"]),
        (
            *("ssm", "GetParameters", {"Names": ["a", "/b"]}, "ssm:GetParameters"),
            ["ssm:{}:parameter/a", "ssm:{}:parameter/b"],
        ),
        (
            *("ecr", "DescribeRepositories", {"repositoryNames": ["r"]}),
            *("ecr:DescribeRepositories", ["ecr:{}:repository/r"]),
        ),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": b""}, "kms:Encrypt", ["kms:{}:key/k"]),
        (
            *("opensearch", "DescribeDomain", {"DomainName": "d"}),
            *("es:DescribeDomain", ["es:{}:domain/d"]),
        ),
        (
            *("transcribe", "GetTranscriptionJob", {"TranscriptionJobName": "j"}),
            *("transcribe:GetTranscriptionJob", ["transcribe:{}:transcription-job/j"]),
        ),
        (
            *("athena", "StartQueryExecution", {"WorkGroup": "w"}),
            *("athena:StartQueryExecution", ["athena:{}:workgroup/w"]),
        ),
        (
            *("athena", "GetQueryResults", {"QueryExecutionId": "q"}),
            *("athena:GetQueryResults", ["athena:{}:workgroup/primary"]),
        ),
        (
            *("pinpoint", "SendMessages", {"ApplicationId": "a"}),
            *("mobiletargeting:SendMessages", ["mobiletargeting:{}:apps/a/messages"]),
        ),
        (
            *("pinpoint", "PhoneNumberValidate", {"NumberValidateRequest": {}}),
            *("mobiletargeting:PhoneNumberValidate", ["mobiletargeting:{}:phone/number/validate"]),
        ),
    ],
)
def test_a_parameter_named_like_the_resource_names_it(
    service: str, operation: str, parameters: dict[str, Any], action: str, resources: list[str]
) -> None:
    """So a policy for one resource permits the call, as `cdk deploy` needs for its parameter."""
    found = list(actions_by_table(Call(service, operation, parameters, "1", "eu-west-1")))
    assert {each.action for each in found} == {action}
    assert [each.resource for each in found] == [f"arn:aws:{r.format(SCOPE)}" for r in resources]


def test_a_call_that_names_no_resource_needs_permission_for_all() -> None:
    """Listing is allowed by `*` only."""
    call = Call("ssm", "DescribeParameters", {}, "1", "eu-west-1")
    assert [each.resource for each in actions_by_table(call)] == ["*"]
