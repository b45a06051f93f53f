"""Reasons of failures in AWS's words, and their explanations."""

import pytest

from wavetank.deployment.failure_explanations import explain


@pytest.mark.parametrize(
    ("kind", "reason", "meaning"),
    [
        ("AWS::S3::Bucket", "dedoraexplorer-deliverystream-s3 already exists", "name is taken"),
        (
            "AWS::S3::Bucket",
            (
                "The requested bucket name is not available. The bucket namespace is shared by all "
                "users of the system. (Service: S3, Status Code: 409)"
            ),
            "name is taken",
        ),
        (
            "AWS::S3::Bucket",
            "Your previous request to create the named bucket succeeded and you already own it.",
            "in this account",
        ),
        ("AWS::S3::BucketPolicy", "API: s3:PutBucketPolicy Access Denied", "Block Public Access"),
        (
            "AWS::S3::BucketPolicy",
            (
                "User is not authorized to perform: s3:PutBucketPolicy because public policies are "
                "blocked by the BlockPublicPolicy block public access setting."
            ),
            "Block Public Access",
        ),
        (
            "AWS::Logs::LogGroup",
            (
                "Resource of type 'AWS::Logs::LogGroup' with identifier '/aws/lambda/X' already "
                "exists. (HandlerErrorCode: AlreadyExists)"
            ),
            "created by hand or by an earlier",
        ),
        (
            "AWS::IAM::Role",
            "DEDOREXP-streaming-lambda-role already exists",
            "created by hand or by an earlier",
        ),
        (
            "AWS::DynamoDB::Table",
            "Table already exists: DEDOREXP",
            "created by hand or by an earlier",
        ),
        (
            "AWS::Lambda::Function",
            "The role defined for the function cannot be assumed by Lambda.",
            "not yet known everywhere",
        ),
        (
            "AWS::KinesisFirehose::DeliveryStream",
            "Firehose is unable to assume role arn:aws:iam::123456789012:role/X.",
            "not yet known everywhere",
        ),
        (
            "AWS::Lambda::EventInvokeConfig",
            "The function's execution role does not have permissions to call Invoke on X",
            "not yet known everywhere",
        ),
        (
            "AWS::KinesisFirehose::DeliveryStream",
            "You have already consumed your firehose quota of 50 hoses. (LimitExceeded)",
            "quota",
        ),
        (
            "AWS::Lambda::Function",
            (
                "Specified ReservedConcurrentExecutions for function decreases account's "
                "UnreservedConcurrentExecution below its minimum value of [10]."
            ),
            "quota",
        ),
        ("AWS::Events::Rule", "Rate exceeded (Service: EventBridge; 400)", "too many requests"),
        (
            "AWS::DynamoDB::Table",
            "User: arn is not authorized to perform: dynamodb:CreateTable on resource: X",
            "a permission is missing",
        ),
        ("AWS::SNS::Topic", "Internal Failure", "internal error of AWS"),
        (
            "AWS::SNS::Topic",
            "The security token included in the request is expired",
            "expired during",
        ),
    ],
)
def test_common_reasons_are_explained(kind: str, reason: str, meaning: str) -> None:
    """Each has a meaning, and something to do that ends in the same command."""
    explanation = explain(kind, reason)
    assert explanation is not None
    assert meaning in explanation.meaning
    assert "same command again" in explanation.action


def test_an_unknown_reason_is_shown_without_an_explanation() -> None:
    """No meaning is better than a wrong one."""
    assert explain("AWS::SNS::Topic", "Invalid parameter: Attributes") is None
