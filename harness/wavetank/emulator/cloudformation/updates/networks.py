"""Tags of networks; other properties cannot be changed in place.

[CloudFormation template reference: AWS::EC2]
"""

from wavetank.emulator.cloudformation.updates.call import UpdatableType, UpdateCall
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


def _ec2(identify: Identify) -> UpdatableType:
    tags = tagged(
        "ec2",
        identify,
        resource="Resources",
        tag=("create_tags", "Tags"),
        untag=("delete_tags", "Tags"),
        untag_form=lambda keys: [{"Key": key} for key in keys],
        wrap=lambda value: [value],
    )
    return UpdatableType(in_place={"Tags": tags})


def _group_id(call: UpdateCall) -> str:
    return str(call.model["GroupId"])


TYPES = {
    **{name: _ec2(attribute(key)) for name, key in EC2_IDS.items()},
    "AWS::EC2::SecurityGroup": _ec2(_group_id),
}
