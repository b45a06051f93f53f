"""Filter patterns of CloudWatch Logs: which log events match, and which values they have.

`parse_filter_pattern` gives the pattern of a text: terms, conditions on JSON, or fields that are
separated by white space.
[CloudWatch Logs user guide, FilterAndPatternSyntax]
"""

from wavetank.emulator.logs.filter_patterns.pattern import (
    FilterPattern,
    FilterPatternError,
    parse_filter_pattern,
)

__all__ = ["FilterPattern", "FilterPatternError", "parse_filter_pattern"]
