"""Who may do what: AWS's behaviours, as they are seen."""

import json
from typing import Any

import requests

from tests.fidelity.ground import ALLOW_ALL, HTTP_SECONDS, Ground, answer_to, policy
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.aws.clients import (
    AwsClients,
    anonymous_clients,
    clients_with,
    role_clients,
    sandbox_clients,
)
from wavetank.core.lambda_package import package_files

AREA = Area("Access")


@AREA.row(
    "reading an object without credentials",
    aws="AccessDenied",
    localstack="done",
    source="S3 user guide: access-control-auth-workflow-object-operation",
)
def _anonymous_calls_are_denied(ground: Ground) -> str:
    bucket = ground.bucket()
    anybody = anonymous_clients(ground.aws)
    return answer_to(lambda: anybody.s3.get_object(Bucket=bucket, Key="key"))


@AREA.row(
    "writing to another account's bucket without a policy",
    aws="AccessDenied",
    localstack="done",
    source="S3 user guide: access-control-auth-workflow-object-operation",
)
def _other_accounts_are_denied(ground: Ground) -> str:
    bucket = ground.bucket()
    return answer_to(lambda: ground.other.s3.put_object(Bucket=bucket, Key="key", Body=b""))


@AREA.row(
    "a role's call that its policies do not allow",
    aws="AccessDenied",
    localstack="done",
    source="IAM user guide: reference_policies_evaluation-logic",
)
def _roles_are_limited_to_their_policies(ground: Ground) -> str:
    bucket = ground.bucket()
    role = role_clients(ground.aws, ground.role())
    return answer_to(lambda: role.s3.get_object(Bucket=bucket, Key="key"))


@AREA.row(
    "a call that one statement allows and another denies",
    aws="AccessDenied",
    localstack="done",
    source="IAM user guide: reference_policies_evaluation-logic",
)
def _an_explicit_deny_wins(ground: Ground) -> str:
    bucket = ground.bucket()
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    role = role_clients(ground.aws, ground.role(ALLOW_ALL, deny))
    return answer_to(lambda: role.s3.get_object(Bucket=bucket, Key="key"))


def _key_of_a_new_user(ground: Ground) -> str:
    """An access key; clients with it have the secret `test`, which is not its own."""
    name = unique_letters()
    ground.aws.iam.create_user(UserName=name)
    return ground.aws.iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]


@AREA.row(
    "a user's request signed with a wrong secret",
    aws="SignatureDoesNotMatch",
    localstack="done",
    source="IAM user guide: reference_sigv-troubleshooting",
)
def _signatures_are_verified(ground: Ground) -> str:
    wrong = sandbox_clients(ground.endpoint, _key_of_a_new_user(ground))
    return answer_to(wrong.sts.get_caller_identity)


@AREA.row(
    "a request with a key that was never issued",
    aws="InvalidClientTokenId",
    localstack="done",
    source="IAM API reference: CommonErrors",
)
def _unknown_keys_are_refused(ground: Ground) -> str:
    wrong = sandbox_clients(ground.endpoint, "AKIA" + "Q" * 16)
    return answer_to(wrong.sts.get_caller_identity)


@AREA.row(
    "deleting an object with a presigned link for reading: status",
    aws="403",
    localstack="204",
    source="S3 API reference: sigv4-query-string-auth",
)
def _links_are_for_one_method(ground: Ground) -> str:
    parameters = {"Bucket": ground.bucket(), "Key": "key"}
    link = ground.aws.s3.generate_presigned_url("get_object", Params=parameters)
    return str(requests.delete(link, timeout=HTTP_SECONDS).status_code)


@AREA.row(
    "the keys of two GetSessionToken calls",
    aws="different",
    localstack="the same example",
    source="STS API reference: GetSessionToken",
)
def _session_tokens_are_keys_of_their_own(ground: Ground) -> str:
    ask = ground.aws.sts.get_session_token
    first, second = (ask()["Credentials"]["AccessKeyId"] for _ in range(2))
    return "the same example" if first == second else "different"


def _public_policy(bucket: str, **elements: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return policy(statement | elements)


@AREA.row(
    "a public policy for a new bucket with BlockPublicPolicy on",
    aws="AccessDenied",
    localstack="done",
    source="S3 user guide: access-control-block-public-access",
)
def _public_policies_are_blocked(ground: Ground) -> str:
    bucket = ground.bucket()
    return answer_to(
        lambda: ground.aws.s3.put_bucket_policy(Bucket=bucket, Policy=_public_policy(bucket))
    )


@AREA.row(
    "a bucket policy with an unknown operator",
    aws="MalformedPolicy",
    localstack="done",
    source="S3 API: PutBucketPolicy",
)
def _malformed_policies_are_refused(ground: Ground) -> str:
    bucket = ground.bucket()
    text = _public_policy(bucket, Condition={"StringIsh": {"aws:userid": "me"}})
    return answer_to(lambda: ground.aws.s3.put_bucket_policy(Bucket=bucket, Policy=text))


def _deny(action: str, resource: str = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **elements}


@AREA.row(
    "a copy from a percent-encoded source that the caller may not read",
    aws="AccessDenied",
    localstack="done",
    source="S3 API: CopyObject, x-amz-copy-source",
)
def _encoded_sources_are_decoded(ground: Ground) -> str:
    bucket = ground.bucket()
    deny = _deny("s3:GetObject", f"arn:aws:s3:::{bucket}/secret*")
    ground.aws.s3.put_object(Bucket=bucket, Key="secret key", Body=b"")
    role = role_clients(ground.aws, ground.role(ALLOW_ALL, deny))
    source: Any = {"Bucket": bucket, "Key": "secret key"}
    return answer_to(lambda: role.s3.copy_object(Bucket=bucket, Key="copy", CopySource=source))


@AREA.row(
    "putting an object with tags, with permission for PutObject only",
    aws="AccessDenied",
    localstack="done",
    source="S3 API: PutObject, permissions",
)
def _tags_need_a_right_of_their_own(ground: Ground) -> str:
    bucket = ground.bucket()
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    role = role_clients(ground.aws, ground.role(allow))
    return answer_to(lambda: role.s3.put_object(Bucket=bucket, Key="new", Body=b"", Tagging="a=b"))


def _user(ground: Ground, **settings: Any) -> AwsClients:
    """A user with all rights, as far as the settings leave them."""
    name = f"user-{unique_letters()}"
    ground.aws.iam.create_user(UserName=name, **settings)
    document = policy(ALLOW_ALL)
    ground.aws.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    return clients_with(ground.aws, ground.aws.iam.create_access_key(UserName=name)["AccessKey"])


@AREA.row(
    "a user's call outside its permissions boundary",
    aws="AccessDenied",
    localstack="done",
    source="IAM user guide: access_policies_boundaries",
)
def _boundaries_limit(ground: Ground) -> str:
    bucket, name = ground.bucket(), f"policy-{unique_letters()}"
    document = policy({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    made = ground.aws.iam.create_policy(PolicyName=name, PolicyDocument=document)
    user = _user(ground, PermissionsBoundary=made["Policy"]["Arn"])
    return answer_to(lambda: user.s3.get_object(Bucket=bucket, Key="key"))


@AREA.row(
    "a session's call outside its session policy",
    aws="AccessDenied",
    localstack="done",
    source="IAM user guide: access_policies, session policies",
)
def _session_policies_limit(ground: Ground) -> str:
    bucket = ground.bucket()
    limit = policy({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    answer = ground.aws.sts.assume_role(
        RoleArn=ground.role(ALLOW_ALL), RoleSessionName="some", Policy=limit
    )
    session = clients_with(ground.aws, answer["Credentials"])
    return answer_to(lambda: session.s3.get_object(Bucket=bucket, Key="key"))


def _create_function(clients: AwsClients, role: str) -> str:
    name = f"test-{unique_letters()}"
    package = package_files(name, {"function.py": b"def handler(event, context): pass"})
    return answer_to(
        lambda: clients.awslambda.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="function.handler",
            Code={"ZipFile": package.content},
        )
    )


@AREA.row(
    "creating a function without permission to pass its role",
    aws="AccessDeniedException",
    localstack="done",
    source="IAM user guide: id_roles_use_passrole",
)
def _roles_must_be_passed(ground: Ground) -> str:
    allow = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    maker = role_clients(ground.aws, ground.role(allow))
    return _create_function(maker, ground.role())


@AREA.row(
    "creating a function with a role that does not trust Lambda",
    aws="InvalidParameterValueException",
    localstack="done",
    source="Lambda API: CreateFunction",
)
def _roles_must_trust_their_service(ground: Ground) -> str:
    return _create_function(ground.aws, ground.role(service="firehose"))


@AREA.row(
    "sending to a queue whose policy denies it",
    aws="AccessDenied",
    localstack="done",
    source="SQS developer guide: sqs-overview-of-managing-access",
)
def _queue_policies_count(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    url = ground.aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = ground.arn("sqs", f"{name}")
    document = policy(_deny("sqs:SendMessage", arn, Principal="*"))
    ground.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    role = role_clients(ground.aws, ground.role(ALLOW_ALL))
    return answer_to(lambda: role.sqs.send_message(QueueUrl=url, MessageBody="hello"))


@AREA.row(
    "putting an object when only public ACLs are denied",
    aws="done",
    localstack="done",
    source="S3 user guide: example-bucket-policies",
)
def _absent_keys_are_absent(ground: Ground) -> str:
    bucket = ground.bucket()
    public = {"StringEquals": {"s3:x-amz-acl": "public-read"}}
    role = role_clients(ground.aws, ground.role(ALLOW_ALL, _deny("s3:PutObject", Condition=public)))
    return answer_to(lambda: role.s3.put_object(Bucket=bucket, Key="new", Body=b""))


@AREA.row(
    "deleting two objects in one call, of which one is denied",
    aws="1 deleted, 1 AccessDenied",
    localstack="2 deleted",
    source="S3 API: DeleteObjects",
)
def _deletions_are_denied_singly(ground: Ground) -> str:
    bucket = ground.bucket()
    deny = _deny("s3:DeleteObject", f"arn:aws:s3:::{bucket}/key")
    role = role_clients(ground.aws, ground.role(ALLOW_ALL, deny))
    answer: Any = role.s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "key"}, {"Key": "other"}]}
    )
    codes = [str(error["Code"]) for error in answer.get("Errors", [])]
    return ", ".join([f"{len(answer['Deleted'])} deleted", *(f"1 {code}" for code in codes)])


@AREA.row(
    "notifying a queue whose policy does not allow S3",
    aws="InvalidArgument",
    localstack="done",
    source="S3 user guide: grant-destinations-permissions-to-s3",
)
def _services_need_the_queues_policy(ground: Ground) -> str:
    bucket, name = ground.bucket(), f"test-{unique_letters()}"
    ground.aws.sqs.create_queue(QueueName=name)
    arn = ground.arn("sqs", f"{name}")
    queue: Any = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    configuration: Any = {"QueueConfigurations": [queue]}
    put = ground.aws.s3.put_bucket_notification_configuration
    return answer_to(lambda: put(Bucket=bucket, NotificationConfiguration=configuration))


@AREA.row(
    "a session whose role was deleted and created again",
    aws="InvalidClientTokenId",
    localstack="done",
    source="IAM user guide: reference_identifiers, unique identifiers",
)
def _sessions_end_with_their_role(ground: Ground) -> str:
    arn = ground.role()
    name = arn.rpartition("/")[2]
    session = role_clients(ground.aws, arn)
    trust = ground.aws.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    ground.aws.iam.delete_role(RoleName=name)
    ground.aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return answer_to(session.sts.get_caller_identity)


@AREA.row(
    "an IAM call with a GetSessionToken key, without MFA",
    aws="InvalidClientTokenId",
    localstack="done",
    source="STS API reference: GetSessionToken",
)
def _session_tokens_are_none_for_iam(ground: Ground) -> str:
    temporary = ground.aws.sts.get_session_token()["Credentials"]
    return answer_to(clients_with(ground.aws, temporary).iam.list_users)
