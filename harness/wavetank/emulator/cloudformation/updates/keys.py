"""Keys, secrets and parameters.

[CloudFormation template reference: AWS::KMS, AWS::SecretsManager, AWS::SSM]
"""

import json
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    each,
    is_true,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

ALL_PRINCIPALS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}


def _describe(call: UpdateCall) -> None:
    call.clients.kms.update_key_description(
        KeyId=call.model["KeyId"], Description=call.now("Description", "")
    )


def _allow(call: UpdateCall) -> None:
    policy = json.dumps(call.now("KeyPolicy", ALL_PRINCIPALS))
    call.clients.kms.put_key_policy(KeyId=call.model["KeyId"], PolicyName="default", Policy=policy)


def _rotate(call: UpdateCall) -> None:
    kms, key = call.clients.kms, call.model["KeyId"]
    if is_true(call.now("EnableKeyRotation")):
        kms.enable_key_rotation(KeyId=key)
    else:
        kms.disable_key_rotation(KeyId=key)


def _enable(call: UpdateCall) -> None:
    kms, key = call.clients.kms, call.model["KeyId"]
    if is_true(call.now("Enabled", "true")):
        kms.enable_key(KeyId=key)
    else:
        kms.disable_key(KeyId=key)


def _key_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def _point(call: UpdateCall) -> None:
    call.clients.kms.update_alias(
        AliasName=call.model["AliasName"], TargetKeyId=call.desired["TargetKeyId"]
    )


def _secret(call: UpdateCall) -> None:
    changes: dict[str, Any] = {"Description": call.now("Description", "")}
    if "KmsKeyId" in call.changed:
        changes["KmsKeyId"] = call.now("KmsKeyId", "alias/aws/secretsmanager")
    call.clients.secretsmanager.update_secret(SecretId=call.model["Id"], **changes)


def _secret_value(call: UpdateCall) -> None:
    """Sets the value; a secret whose generation settings change gets a new one."""
    value, generated = call.now("SecretString"), call.now("GenerateSecretString")
    provider: Any = call.provider
    if value is None and generated:
        value = provider._get_secret_value(generated)  # noqa: SLF001 - LocalStack has no public name for it
        if template := generated.get("SecretStringTemplate"):
            value = provider._modify_secret_template(template, value, generated)  # noqa: SLF001 - as above
    if value is not None:
        call.clients.secretsmanager.put_secret_value(SecretId=call.model["Id"], SecretString=value)


def _parameter(call: UpdateCall) -> None:
    names = ("AllowedPattern", "DataType", "Policies", "Tier", "Type")
    settings = {name: call.desired[name] for name in names if name in call.desired}
    call.clients.ssm.put_parameter(
        Name=call.model["Name"],
        Value=str(call.desired["Value"]),
        Description=call.now("Description", ""),
        Overwrite=True,
        **settings,
    )


TYPES = {
    "AWS::KMS::Alias": UpdatableType(in_place={"TargetKeyId": _point}),
    "AWS::KMS::Key": UpdatableType(
        in_place={
            "Description": _describe,
            "KeyPolicy": _allow,
            "EnableKeyRotation": _rotate,
            "Enabled": _enable,
            "Tags": tagged("kms", attribute("KeyId"), resource="KeyId", form=_key_tags),
        }
    ),
    "AWS::SSM::Parameter": UpdatableType(
        in_place={
            **each("AllowedPattern DataType Description Policies Tier Type Value", _parameter),
            "Tags": tagged(
                "ssm",
                attribute("Name"),
                resource="ResourceId",
                tag=("add_tags_to_resource", "Tags"),
                untag=("remove_tags_from_resource", "TagKeys"),
                fixed={"ResourceType": "Parameter"},
            ),
        }
    ),
    "AWS::SecretsManager::Secret": UpdatableType(
        in_place={
            **each("Description KmsKeyId", _secret),
            **each("GenerateSecretString SecretString", _secret_value),
            "Tags": tagged("secretsmanager", attribute("Id"), resource="SecretId"),
        }
    ),
}
