"""Code in a template is the same zip in each deployment."""

import io
import zipfile

from wavetank.emulator.lambda_.inline_code import without_times


def archive(year: int) -> bytes:
    """A zip that was made in that year."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr(zipfile.ZipInfo("index.py", (year, 1, 1, 0, 0, 0)), "def handler(*_): ...")
        made.writestr(zipfile.ZipInfo("node_modules/", (year, 1, 1, 0, 0, 0)), "")
    return content.getvalue()


def test_the_time_of_a_deployment_is_not_in_the_code() -> None:
    """Only its files are."""
    assert archive(2029) != archive(2030)
    first = without_times(archive(2029))
    assert first == without_times(archive(2030))
    with zipfile.ZipFile(io.BytesIO(first)) as found:
        assert found.read("index.py") == b"def handler(*_): ..."
