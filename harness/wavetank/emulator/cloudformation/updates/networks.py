"""Tags of networks, repositories and certificates; what else they say is not changed in place.

[CloudFormation template reference: AWS::EC2, AWS::ECR, AWS::CertificateManager]
"""

import json

from wavetank.emulator.cloudformation.updates.call import ResourceType, UpdateCall
from wavetank.emulator.cloudformation.updates.tags import Identify, attribute, tagged

EC2_IDS = {
    "AWS::EC2::DHCPOptions": "DhcpOptionsId",
    "AWS::EC2::InternetGateway": "InternetGatewayId",
    "AWS::EC2::NatGateway": "NatGatewayId",
    "AWS::EC2::NetworkAcl": "Id",
    "AWS::EC2::PrefixList": "PrefixListId",
    "AWS::EC2::RouteTable": "RouteTableId",
    "AWS::EC2::Subnet": "SubnetId",
    "AWS::EC2::TransitGateway": "Id",
    "AWS::EC2::VPC": "VpcId",
}


def _ec2(identify: Identify) -> ResourceType:
    tags = tagged(
        "ec2",
        identify,
        resource="Resources",
        tag=("create_tags", "Tags"),
        untag=("delete_tags", "Tags"),
        untag_form=lambda keys: [{"Key": key} for key in keys],
        wrap=lambda value: [value],
    )
    return ResourceType(in_place={"Tags": tags})


def _group_id(call: UpdateCall) -> str:
    return str(call.model["GroupId"])


def _expire_images(call: UpdateCall) -> None:
    value = call.now("LifecyclePolicy", {}).get("LifecyclePolicyText")
    name, ecr = call.model["RepositoryName"], call.clients.ecr
    if value:
        text = value if isinstance(value, str) else json.dumps(value)
        ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=text)
    else:
        ecr.delete_lifecycle_policy(repositoryName=name)


TYPES = {
    **{name: _ec2(attribute(key)) for name, key in EC2_IDS.items()},
    "AWS::EC2::SecurityGroup": _ec2(_group_id),
    "AWS::CertificateManager::Certificate": ResourceType(
        in_place={
            "Tags": tagged(
                "acm",
                attribute("Id"),
                resource="CertificateArn",
                tag=("add_tags_to_certificate", "Tags"),
                untag=("remove_tags_from_certificate", "Tags"),
                untag_form=lambda keys: [{"Key": key} for key in keys],
            )
        }
    ),
    "AWS::ECR::Repository": ResourceType(
        in_place={
            "LifecyclePolicy": _expire_images,
            "Tags": tagged(
                "ecr",
                attribute("Arn"),
                resource="resourceArn",
                tag=("tag_resource", "tags"),
                untag=("untag_resource", "tagKeys"),
            ),
        }
    ),
}
