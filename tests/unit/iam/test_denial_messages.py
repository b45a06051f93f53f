"""The refusal as AWS words it.

[IAM user guide, troubleshoot_access-denied]
"""

import pytest

from tests.unit.iam.policies import OBJECT, session
from wavetank.iam.denial_messages import denial_message
from wavetank.iam.evaluation import Decision, DecisionReason
from wavetank.iam.request import ANONYMOUS, AccessRequest

STREAM = "arn:aws:firehose:eu-west-1:000000000000:deliverystream/some"
PUT = AccessRequest(principal=session(), action="firehose:PutRecordBatch", resource=STREAM)
SUBJECT = (
    "User: arn:aws:sts::000000000000:assumed-role/streaming/run is not authorized to perform: "
    f"firehose:PutRecordBatch on resource: {STREAM}"
)


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        (
            DecisionReason.EXPLICIT_DENY_IDENTITY,
            " with an explicit deny in an identity-based policy",
        ),
        (
            DecisionReason.EXPLICIT_DENY_RESOURCE,
            " with an explicit deny in a resource-based policy",
        ),
        (
            DecisionReason.NO_IDENTITY_ALLOW,
            " because no identity-based policy allows the firehose:PutRecordBatch action",
        ),
        (
            DecisionReason.NO_RESOURCE_ALLOW,
            " because no resource-based policy allows the firehose:PutRecordBatch action",
        ),
        (
            DecisionReason.UNKNOWN,
            ". Wavetank does not know condition key aws:x and denies.",
        ),
    ],
)
def test_the_denial_names_principal_action_and_reason(reason: DecisionReason, ending: str) -> None:
    """In AWS's words; what Wavetank does not know is in its own."""
    decision = Decision(allowed=False, reason=reason, detail="aws:x")
    assert denial_message(PUT, decision) == SUBJECT + ending


def test_s3_quotes_the_resource() -> None:
    """The other services do not."""
    request = AccessRequest(principal=session(), action="s3:GetObject", resource=OBJECT)
    decision = Decision(allowed=False, reason=DecisionReason.NO_IDENTITY_ALLOW)
    assert f'on resource: "{OBJECT}" because' in denial_message(request, decision)


def test_an_anonymous_caller_gets_no_details() -> None:
    """S3 says two words."""
    request = AccessRequest(principal=ANONYMOUS, action="s3:GetObject", resource=OBJECT)
    decision = Decision(allowed=False, reason=DecisionReason.EXPLICIT_DENY_RESOURCE)
    assert denial_message(request, decision) == "Access Denied"


def test_an_allowed_request_has_no_denial_message() -> None:
    """A message for an allowed request is a defect of the caller."""
    with pytest.raises(ValueError, match="is allowed"):
        denial_message(PUT, Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_IDENTITY))
