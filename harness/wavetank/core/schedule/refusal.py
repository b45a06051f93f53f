"""The error of an invalid schedule expression."""

from wavetank.core.errors import UsageError

ACTION = "see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern"


class ScheduleError(UsageError):
    """A schedule expression that EventBridge would refuse.

    `field` is its invalid part, by AWS's name; `value` the part's text; `allowed` what is allowed.
    """

    def __init__(self, field: str, value: str, allowed: str) -> None:
        super().__init__(f"{field} to be {allowed}", repr(value), ACTION)
        self.field = field
        self.value = value
        self.allowed = allowed
