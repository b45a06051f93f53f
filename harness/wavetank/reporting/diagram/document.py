"""Write a diagram to a file; in Markdown as a flowchart between two comments."""

import re
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.private_files import users_umask

MARKDOWN = ".md"

BEGIN, END = "<!-- wavetank diagram -->", "<!-- end of wavetank diagram -->"
BLOCK = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)


def with_flowchart(text: str, flowchart: str, source: str) -> str:
    """The text of the file with this flowchart in place of the previous one.

    Raises:
        UsageError: the file lacks the two comments; `source` is its name in the message.
    """
    if len(BLOCK.findall(text)) != 1:
        raise UsageError(
            f"one place for the flowchart in {source}, between the lines {BEGIN} and {END}",
            "none" if BEGIN not in text else "another form of it",
            "add the two lines where the flowchart should be",
        )
    return BLOCK.sub(lambda _: f"{BEGIN}\n```mermaid\n{flowchart}```\n{END}", text)


def write_diagram(drawn: str, to: Path, *, is_flowchart: bool) -> None:
    """Writes the diagram; in a Markdown file only the flowchart between the comments is replaced.

    Raises:
        UsageError: the file cannot be written, or a picture was drawn for a Markdown file.
    """
    try:
        if to.suffix == MARKDOWN:
            if not is_flowchart:
                expected = f"a Mermaid flowchart for {to}"
                raise UsageError(expected, "--format svg", "add --format mermaid")
            drawn = with_flowchart(to.read_text(encoding="utf-8"), drawn, str(to))
        with users_umask():
            to.write_text(drawn, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{to} to be written", reason, "correct --output") from error
