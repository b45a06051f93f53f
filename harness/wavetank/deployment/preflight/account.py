"""Checks of the credentials, the region, the clocks, the names, and account-wide restrictions."""

from email.utils import parsedate_to_datetime

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.target import TargetKind
from wavetank.core.errors import UsageError
from wavetank.core.naming import check_limits
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.outcome import (
    CheckOutcome,
    PreflightContext,
    invalid,
    unknown,
    valid,
)

SKEW_SECONDS_MAX = 300.0
"""AWS refuses requests that are signed with a clock further off than this. [IAM user guide,
reference_sigv-troubleshooting]"""


def credentials(context: PreflightContext) -> CheckOutcome:
    """The credentials work, and still belong to the account that was given."""
    identity = context.target.aws.sts.get_caller_identity()
    if identity["Account"] != context.target.account:
        return invalid(f"now those of account {identity['Account']}", "run the command again")
    return valid(f"account {identity['Account']}, {identity['Arn']}")


def region(context: PreflightContext) -> CheckOutcome:
    """The region is the assignment's; the region of a profile is ignored."""
    found = context.target.aws.cloudformation.meta.region_name
    if found != REGION:
        return invalid(found, f"use {REGION}: the assignment requires it, and limits are its")
    return valid(found)


def clocks(context: PreflightContext) -> CheckOutcome:
    """This host's clock agrees with the Date of AWS's answer."""
    answer = context.target.aws.sts.get_caller_identity()
    stamp = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if stamp is None:
        return unknown("the answer has no Date", "compare this host's clock with another one")
    skew = abs((context.clock.now() - parsedate_to_datetime(stamp)).total_seconds())
    if skew > SKEW_SECONDS_MAX:
        return invalid(
            f"{skew:.0f} s apart; AWS accepts at most {SKEW_SECONDS_MAX:.0f}",
            "set this host's clock, for example by NTP",
        )
    return valid(f"less than {skew + 1:.0f} s apart")


def names_fit(context: PreflightContext) -> CheckOutcome:
    """The names fit AWS's limits of length and alphabet."""
    try:
        check_limits(context.names)
    except UsageError as error:
        return invalid(f"{error.found}, expected {error.expected}", error.action)
    bucket = context.names.bucket
    return valid(f"the longest is {bucket}, {len(bucket)} of 63 characters")


def account_access_block(context: PreflightContext) -> CheckOutcome:
    """The account allows public bucket policies; the strictest of all settings applies.

    An organisation's setting is not visible from an account; it shows as an AccessDenied when the
    bucket policy is deployed. [Amazon S3 user guide, access-control-block-public-access]
    """
    target = context.target
    if target.kind is TargetKind.LOCAL:  # the SDK would use a host named after the account
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
        f"check whether another bucket needs it, then: aws s3control put-public-access-block "
        f"--account-id {target.account} --public-access-block-configuration BlockPublicAcls=true,"
        "IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false",
    )
