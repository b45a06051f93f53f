"""A permission taken from a role, by a denial in a policy of its own: nothing else is touched.

An explicit denial outweighs whatever the role's own policies allow, and is undone by deleting it.
[IAM user guide, reference_policies_evaluation-logic]
"""

import json
from collections.abc import Callable

from wavetank.aws.clients import AwsClients, ClientError, error_code


def deny(aws: AwsClients, role: str, policy: str, action: str) -> Callable[[], object]:
    """Denies the role an action, by an inline policy of that name; returns what allows it again."""
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
    return lambda: allow(aws, role, policy)


def allow(aws: AwsClients, role: str, policy: str) -> bool:
    """Deletes the denial, where it is there; whether it was."""
    try:
        aws.iam.delete_role_policy(RoleName=role, PolicyName=policy)
    except ClientError as error:
        if error_code(error) != "NoSuchEntity":
            raise
        return False
    return True
