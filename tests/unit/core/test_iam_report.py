"""What a role has and does not use, and the reverse."""

from wavetank.core.iam_report import Grant, Use, report, uses_of

TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/prices"
BUCKET = "arn:aws:s3:::bucket"


def test_what_was_not_used_is_listed_and_what_was_used_is_not() -> None:
    """Each grant by itself, so that it can be taken out of the policy."""
    scan, put = Grant("dynamodb:Scan", TABLE), Grant("dynamodb:PutItem", TABLE)
    found = report("role", [scan, put], [Use("dynamodb:Scan", TABLE, allowed=True, count=3)])
    assert found.unused == (put,)
    assert [use.count for use in found.used] == [3]


def test_a_wildcard_is_used_where_anything_in_it_is() -> None:
    """By letters of any case in the action, and by resource."""
    grants = [Grant("s3:get*", f"{BUCKET}/*"), Grant("s3:*", "arn:aws:s3:::other/*")]
    found = report("role", grants, [Use("s3:GetObject", f"{BUCKET}/*", allowed=True, count=1)])
    assert found.unused == (grants[1],)


def test_denied_actions_are_listed() -> None:
    """Whether or not something grants it elsewhere."""
    denied = Use("dynamodb:Scan", TABLE, allowed=False, count=2)
    found = report("role", [Grant("dynamodb:Scan", "arn:other")], [denied])
    assert found.denied == (denied,)
    assert found.unused == (Grant("dynamodb:Scan", "arn:other"),)


def test_a_role_of_the_same_name_in_another_account_is_another_role() -> None:
    """Only the uses of the sandbox's own account are the role's."""
    entries = [
        {
            "principal": f"arn:aws:iam::{account}:role/name",
            "action": action,
            "resource": "*",
            "allowed": True,
            "count": 1,
        }
        for account, action in (("000000000000", "s3:GetObject"), ("123456789012", "s3:PutObject"))
    ]
    assert [use.action for use in uses_of("name", entries)] == ["s3:GetObject"]
