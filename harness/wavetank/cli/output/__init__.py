"""The output of commands: lines and tables on a terminal or in a pipe, and JSON for programs."""

from wavetank.cli.output.console_output import Output

__all__ = ["Output"]
