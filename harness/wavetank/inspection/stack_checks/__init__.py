"""What any deployed pipeline needs, checked one by one: see `checker`."""

from wavetank.inspection.stack_checks.checker import check_stack

__all__ = ["check_stack"]
