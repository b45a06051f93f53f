"""Roles, users and policies."""

from typing import Any

from tests.embedded.stack_updates.case import Case, Look, Stage

ROLE = "AWS::IAM::Role"


def trust(service: str) -> dict[str, Any]:
    """A trust policy."""
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def allow(action: str) -> dict[str, Any]:
    """A policy document that allows the action."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
    }


def role(name: str) -> dict[str, Any]:
    """A role for a case to refer to."""
    return {name: {"Type": ROLE, "Properties": {"AssumeRolePolicyDocument": trust("lambda")}}}


def inline(role_name: str) -> Look:
    """The actions that the inline policies allow, by policy."""

    def look(stage: Stage) -> Any:
        iam, found = stage.aws.iam, stage[role_name]
        names = iam.list_role_policies(RoleName=found)["PolicyNames"]
        documents: Any = {
            name: iam.get_role_policy(RoleName=found, PolicyName=name)["PolicyDocument"]
            for name in names
        }
        return {name: entry["Statement"][0]["Action"] for name, entry in documents.items()} or None

    return look


def described(name: str, *path: str) -> Look:
    """A part of the role."""

    def look(stage: Stage) -> Any:
        found: Any = stage.aws.iam.get_role(RoleName=stage[name])["Role"]
        for part in path:
            found = found.get(part) if isinstance(found, dict) else found[int(part)]
        return found

    return look


def attached(stage: Stage) -> Any:
    """The names of the role's managed policies."""
    found = stage.aws.iam.list_attached_role_policies(RoleName=stage["RoleManaged"])
    return [policy["PolicyName"] for policy in found["AttachedPolicies"]]


def policy_document(stage: Stage) -> Any:
    """The action of the policy's default version."""
    iam, arn = stage.aws.iam, stage["ManagedDocument"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found: Any = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return found["Document"]["Statement"][0]["Action"]


def user_policies(stage: Stage) -> Any:
    """The names of the user's inline policies, and the tags."""
    iam, name = stage.aws.iam, stage["User"]
    tags = iam.list_user_tags(UserName=name)["Tags"]
    return iam.list_user_policies(UserName=name)["PolicyNames"], [tag["Value"] for tag in tags]


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
TRUST = {"AssumeRolePolicyDocument": trust("lambda")}
CASES = (
    Case(
        name="RoleInline",
        type=ROLE,
        fixed=TRUST,
        before={
            "Policies": [
                {"PolicyName": "p", "PolicyDocument": allow("s3:GetObject")},
                {"PolicyName": "gone", "PolicyDocument": allow("s3:ListBucket")},
            ]
        },
        after={
            "Policies": [
                {"PolicyName": "p", "PolicyDocument": allow("s3:PutObject")},
                {"PolicyName": "new", "PolicyDocument": allow("s3:DeleteObject")},
            ]
        },
        look=inline("RoleInline"),
        seen=(
            {"p": "s3:GetObject", "gone": "s3:ListBucket"},
            {"p": "s3:PutObject", "new": "s3:DeleteObject"},
        ),
    ),
    Case(
        name="RoleTrust",
        type=ROLE,
        before=TRUST,
        after={"AssumeRolePolicyDocument": trust("firehose")},
        look=described(
            "RoleTrust", "AssumeRolePolicyDocument", "Statement", "0", "Principal", "Service"
        ),
        seen=("lambda.amazonaws.com", "firehose.amazonaws.com"),
    ),
    Case(
        name="RoleManaged",
        type=ROLE,
        fixed=TRUST,
        before={"ManagedPolicyArns": [READ_ONLY]},
        after={"ManagedPolicyArns": [AUDIT]},
        look=attached,
        seen=(["ReadOnlyAccess"], ["SecurityAudit"]),
    ),
    Case(
        name="RoleDescription",
        type=ROLE,
        fixed=TRUST,
        before={"Description": "first", "MaxSessionDuration": 7200},
        after={"MaxSessionDuration": 10800},
        look=described("RoleDescription", "MaxSessionDuration"),
        seen=(7200, 10800),
    ),
    Case(
        name="RoleTags",
        type=ROLE,
        fixed=TRUST,
        before={"Tags": [{"Key": "a", "Value": "1"}]},
        after={"Tags": [{"Key": "a", "Value": "2"}]},
        look=described("RoleTags", "Tags", "0", "Value"),
        seen=("1", "2"),
    ),
    Case(
        name="RolePath",
        type=ROLE,
        fixed=TRUST,
        before={"Path": "/one/"},
        after={"Path": "/two/"},
        look=described("RolePath", "Path"),
        seen=("/one/", "/two/"),
        is_replaced=True,
    ),
    Case(
        name="ManagedDocument",
        type="AWS::IAM::ManagedPolicy",
        before={"PolicyDocument": allow("s3:GetObject")},
        after={"PolicyDocument": allow("s3:PutObject")},
        look=policy_document,
        seen=("s3:GetObject", "s3:PutObject"),
    ),
    Case(
        name="InlinePolicy",
        type="AWS::IAM::Policy",
        others=role("PolicyRole"),
        fixed={"Roles": [{"Ref": "PolicyRole"}]},
        before={"PolicyName": "p", "PolicyDocument": allow("s3:GetObject")},
        after={"PolicyName": "q", "PolicyDocument": allow("s3:PutObject")},
        look=inline("PolicyRole"),
        seen=({"p": "s3:GetObject"}, {"q": "s3:PutObject"}),
    ),
    Case(
        name="User",
        type="AWS::IAM::User",
        before={
            "Policies": [{"PolicyName": "p", "PolicyDocument": allow("s3:GetObject")}],
            "Tags": [{"Key": "a", "Value": "1"}],
        },
        after={
            "Policies": [{"PolicyName": "q", "PolicyDocument": allow("s3:GetObject")}],
            "Tags": [{"Key": "a", "Value": "2"}],
        },
        look=user_policies,
        seen=((["p"], ["1"]), (["q"], ["2"])),
    ),
)
