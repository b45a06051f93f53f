"""The condition keys that belong to a call rather than to its caller."""


def surroundings(
    *, region: str, owner: str, address: str | None, source_arn: str | None = None
) -> dict[str, tuple[str, ...]]:
    """Those of a call from the address on a resource of the owner's.

    The sandbox is reached over HTTP where AWS is over HTTPS, so a call counts as secure.
    """
    account = (source_arn.split(":")[4],) if source_arn else ()
    return {
        "aws:SecureTransport": ("true",),
        "aws:RequestedRegion": (region,),
        "aws:ResourceAccount": (owner,),
        "aws:SourceIp": (address or "127.0.0.1",),
        "aws:SourceArn": (source_arn,) if source_arn else (),
        "aws:SourceAccount": account,
        "aws:SourceOwner": account,
        "aws:ViaAWSService": ("false",),
    }
