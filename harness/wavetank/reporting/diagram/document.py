"""A flowchart within a Markdown file, between two comments that say where it is."""

import re

from wavetank.core.errors import UsageError

BEGIN, END = "<!-- wavetank diagram -->", "<!-- end of wavetank diagram -->"
BLOCK = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)


def with_flowchart(text: str, flowchart: str, source: str) -> str:
    """The text of the file with this flowchart in the place of the former.

    Raises:
        UsageError: the file does not say where; `source` is what the error calls it.
    """
    if len(BLOCK.findall(text)) != 1:
        raise UsageError(
            f"one place for the flowchart in {source}, between the lines {BEGIN} and {END}",
            "none" if BEGIN not in text else "another form of it",
            "write the two lines where it is to be",
        )
    return BLOCK.sub(lambda _: f"{BEGIN}\n```mermaid\n{flowchart}```\n{END}", text)
