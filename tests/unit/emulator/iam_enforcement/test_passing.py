"""The roles that a call passes to a service, wherever the call has them.

[IAM user guide, id_roles_use_passrole]
"""

from wavetank.emulator.iam_enforcement.operations.passing import passed_roles
from wavetank.emulator.iam_enforcement.required_action import Call

ROLE = "arn:aws:iam::123456789012:role/"


def test_a_delivery_stream_is_passed_the_roles_of_all_its_parts() -> None:
    """Also that of a processor, whose name is the value of another member."""
    parameters = [
        {"ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:eu-west-1:1:function:f"},
        {"ParameterName": "RoleArn", "ParameterValue": f"{ROLE}processor"},
    ]
    processing = {"Processors": [{"Type": "Lambda", "Parameters": parameters}]}
    destination = {
        "RoleARN": f"{ROLE}destination",
        "ProcessingConfiguration": processing,
        "S3BackupConfiguration": {"RoleARN": f"{ROLE}backup"},
    }
    call = Call(
        service="firehose",
        operation="CreateDeliveryStream",
        parameters={
            "DeliveryStreamName": "stream",
            "KinesisStreamSourceConfiguration": {"RoleARN": f"{ROLE}source"},
            "ExtendedS3DestinationConfiguration": destination,
        },
        account="123456789012",
        region="eu-west-1",
    )
    expected = {f"{ROLE}{name}" for name in ("source", "destination", "processor", "backup")}
    assert {role.arn for role in passed_roles(call)} == expected


def test_a_role_that_a_function_is_told_of_is_not_passed_to_lambda() -> None:
    """Names of variables and tags are the caller's own, whatever they end with."""
    call = Call(
        service="lambda",
        operation="CreateFunction",
        parameters={
            "FunctionName": "work",
            "Role": f"{ROLE}work",
            "Environment": {"Variables": {"JOB_ROLE": f"{ROLE}job", "jobRoleArn": f"{ROLE}job"}},
            "Tags": {"role": f"{ROLE}tag"},
        },
        account="123456789012",
        region="eu-west-1",
    )
    assert [role.arn for role in passed_roles(call)] == [f"{ROLE}work"]
