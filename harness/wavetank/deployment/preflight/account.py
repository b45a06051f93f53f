"""Whose credentials, which region, whether the clocks agree, and what the account forbids."""

from email.utils import parsedate_to_datetime

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.target import TargetKind
from wavetank.core.errors import UsageError
from wavetank.core.naming import check_limits
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.outcome import CheckOutcome, Intention, invalid, unknown, valid

SKEW_SECONDS_MAX = 300.0
"""AWS refuses what is signed with a clock that is further off.
[IAM user guide, reference_sigv-troubleshooting]"""


def credentials(intention: Intention) -> CheckOutcome:
    """They work, and are still those of the account that was named."""
    identity = intention.target.aws.sts.get_caller_identity()
    if identity["Account"] != intention.target.account:
        return invalid(f"now those of account {identity['Account']}", "run the command again")
    return valid(f"account {identity['Account']}, {identity['Arn']}")


def region(intention: Intention) -> CheckOutcome:
    """The brief's, and no other; a profile's own is not used."""
    found = intention.target.aws.cloudformation.meta.region_name
    if found != REGION:
        return invalid(found, f"use {REGION}: the brief asks for it, and prices and limits are its")
    return valid(found)


def clocks(intention: Intention) -> CheckOutcome:
    """This machine's against that of the answer."""
    answer = intention.target.aws.sts.get_caller_identity()
    stamp = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if stamp is None:
        return unknown("the answer has no Date", "compare this machine's clock with another one")
    skew = abs((intention.clock.now() - parsedate_to_datetime(stamp)).total_seconds())
    if skew > SKEW_SECONDS_MAX:
        return invalid(
            f"{skew:.0f} s apart; AWS takes at most {SKEW_SECONDS_MAX:.0f}",
            "set this machine's clock, for example by NTP",
        )
    return valid(f"less than {skew + 1:.0f} s apart")


def names_fit(intention: Intention) -> CheckOutcome:
    """In length and alphabet."""
    try:
        check_limits(intention.names)
    except UsageError as error:
        return invalid(f"{error.found}, expected {error.expected}", error.action)
    bucket = intention.names.bucket
    return valid(f"the longest is {bucket}, {len(bucket)} of 63 characters")


def account_access_block(intention: Intention) -> CheckOutcome:
    """The bucket's policy is a public one to S3, and the strictest setting wins.

    An organisation's setting cannot be seen from an account; it shows as an AccessDenied on the
    bucket policy when that is deployed. [Amazon S3 user guide, access-control-block-public-access]
    """
    target = intention.target
    if target.kind is TargetKind.LOCAL:  # the SDK asks at a host of the account's own name
        return valid("a sandbox blocks nothing for a whole account")
    try:
        answer = target.aws.s3control.get_public_access_block(AccountId=target.account)
    except ClientError as error:
        if error_code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        return valid("nothing is blocked for the whole account")
    block = answer["PublicAccessBlockConfiguration"]
    policies = ("BlockPublicPolicy", "RestrictPublicBuckets")
    blocked = [name for name in policies if block.get(name)]
    if not blocked:
        return valid("no public policy is blocked for the whole account")
    return invalid(
        f"{' and '.join(blocked)} for the whole account: others could not read the bucket",
        f"look whether another bucket needs it, then: aws s3control put-public-access-block "
        f"--account-id {target.account} --public-access-block-configuration BlockPublicAcls=true,"
        "IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false",
    )
