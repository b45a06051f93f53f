"""A custom script is read, or refused in one line that says where and what to do."""

import io
import pickle
import zipfile
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.naming import StreamNameCase, derive_names
from wavetank.deployment.custom_handler import read_custom_handler

ORIGINAL = Path("tests/handlers/original/streaming.py")
NAMES = derive_names("Dora", "Explorer")
UPPER = derive_names("Dora", "Explorer", stream_name_case=StreamNameCase.UPPER)
TABLE, STREAM = NAMES.table, NAMES.delivery_stream
ENTRY = "def lambda_handler(event, context): pass\n"


def changed(before: str, after: str) -> str:
    """The assignment's script with something in it replaced."""
    text = ORIGINAL.read_text()
    assert before in text
    return text.replace(before, after)


def written(folder: Path, text: str | bytes) -> Path:
    """A script with this content."""
    path = folder / "script.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> str:
    """The line that says why the script cannot be deployed under the default names."""
    with pytest.raises(UsageError) as refused:
        read_custom_handler(path, NAMES)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_the_assignments_script_becomes_a_package() -> None:
    """Byte for byte, under the name that AWS's console gives it, and fit for another process."""
    handler = read_custom_handler(ORIGINAL, NAMES)
    assert handler.entry_point == "lambda_function.lambda_handler"
    with zipfile.ZipFile(io.BytesIO(handler.package.content)) as archive:
        assert archive.namelist() == ["lambda_function.py"]
        assert archive.read("lambda_function.py") == ORIGINAL.read_bytes()
    assert pickle.loads(pickle.dumps(handler)) == handler  # noqa: S301 - made here


def test_the_script_is_not_run(tmp_path: Path) -> None:
    """What it does on import only happens in a sandbox."""
    mark = tmp_path / "mark"
    text = f"open({str(mark)!r}, 'w').close()\n{ENTRY}"
    read_custom_handler(written(tmp_path, text), NAMES)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"caf\xe9 = 1", "a script in UTF-8; found"),
        ("def lambda_handler(event, context)\n", ":1:35; correct that line"),
        ("\n  return 1\n", "unexpected indent at"),
        ("return 1\n", "'return' outside function at"),
        ("(" * 10_000, "too many nested parentheses"),
        ("x=" + "-" * 20_000 + "1", "make it simpler"),
        ("x = '\0'", "null bytes"),
        ("", "found no function; call the entry point lambda_handler"),
        (
            changed("def lambda_handler", "def handler"),
            "read_indices (line 33), handler (line 39); call the entry point lambda_handler",
        ),
        ("if 1:\n    " + ENTRY, "one inside another block at line 2; move it to the top level"),
        ("async " + ENTRY, "remove async"),
        ("def lambda_handler(event): pass", "found lambda_handler(event) at"),
        ("def lambda_handler(a, b, c): pass", "found lambda_handler(a, b, c) at"),
        ("def lambda_handler(a, b, *, c): pass", "found lambda_handler(a, b, *, c) at"),
    ],
)
def test_a_script_without_an_entry_point_is_refused(
    tmp_path: Path, text: str | bytes, expected: str
) -> None:
    """A file that Python cannot read, or without the entry point that Lambda would call."""
    assert expected in refusal(written(tmp_path, text))


def test_a_missing_or_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A missing one and a folder, each in the system's words."""
    assert "No such file or directory; correct --handler" in refusal(tmp_path / "none.py")
    assert "Is a directory; correct --handler" in refusal(tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        "def lambda_handler(event, context=None): pass",
        "def lambda_handler(*arguments): pass",
        "def lambda_handler(event, /, *rest, **more): pass",
        "def lambda_handler(): pass\n" + ENTRY,
    ],
)
def test_any_function_of_event_and_context_is_an_entry_point(tmp_path: Path, entry: str) -> None:
    """Lambda passes two arguments by position, to the last function of that name."""
    assert read_custom_handler(written(tmp_path, entry), NAMES).path == tmp_path / "script.py"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            changed("DEDOREXP", "DEJANVAN").replace("dedorexp", "dejanvan"),
            f"expected table {TABLE} and delivery stream {STREAM} of Dora Explorer; found ",
        ),
        (
            changed("DEDOREXP", "DEJANVAN"),
            "'DEJANVAN-streaming-dynamodb' at script.py:15; correct the constants, or give",
        ),
        (
            changed("dedorexp", "DEDOREXP"),
            f"at script.py:16; give --stream-name-case upper, or write {STREAM}: ",
        ),
        (changed("dedorexp", "Dedorexp"), "correct the letters' case"),
        (changed("DEDOREXP", "dedorexp"), f"expected table {TABLE} of Dora"),
        (changed('"DEDOREXP-streaming-dynamodb"', '"prices"'), "found 'prices' at script.py:15"),
        (changed('"dedorexp-deliverystream"', '"ticks"'), "found 'ticks' at script.py:16"),
        (changed("Table(TABLE_NAME)", "Table(name='prices')"), "found 'prices' at script.py:41"),
        (
            f"import boto3\nT: str = 'p'\n{ENTRY}boto3.client('dynamodb').scan(TableName=T)",
            "found 'p' at script.py:2",
        ),
        (
            f"import os\nT = os.getenv('MY_TABLE', 'X-streaming-dynamodb')\n{ENTRY}",
            "found 'X-streaming-dynamodb' at script.py:2",
        ),
    ],
)
def test_other_names_than_the_deployed_are_refused(
    tmp_path: Path, text: str, expected: str
) -> None:
    """By their use or by the convention; with both spellings and what makes them the same."""
    assert expected in refusal(written(tmp_path, text)).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    "line",
    [
        "import os; T = os.environ['TABLE_NAME']; S = os.environ['DELIVERY_STREAM_NAME']",
        "import os; T = os.environ.get('TABLE_NAME', 'X-streaming-dynamodb')",
        "import os; T = os.getenv('DELIVERY_STREAM_NAME', 'x-deliverystream')",
        "STEM = 'X'; S = f'{STEM}EXP-deliverystream'; T = STEM + 'Y-streaming-dynamodb'",
        "'x-deliverystream'",
        "B = 'dedoraexplorer-deliverystream-s3'",
        "def read(client, table): return client.scan(TableName=table)",
        "T = 'a'; T = 'b'; read = lambda client: client.scan(TableName=T)",
    ],
)
def test_strings_that_name_nothing_are_accepted(tmp_path: Path, line: str) -> None:
    """A name from the environment, one that is put together, and texts that name nothing."""
    read_custom_handler(written(tmp_path, f"{line}\n{ENTRY}"), NAMES)
    with pytest.raises(UsageError):
        read_custom_handler(written(tmp_path, f"{line}\nS = 'q-deliverystream'\n{ENTRY}"), NAMES)


def test_the_streams_name_may_have_either_case(tmp_path: Path) -> None:
    """The assignment has both spellings, and each is refused where the other is deployed."""
    with pytest.raises(UsageError, match="give --stream-name-case lower"):
        read_custom_handler(ORIGINAL, UPPER)
    script = written(tmp_path, changed("dedorexp", "DEDOREXP"))
    assert read_custom_handler(script, UPPER).path == script


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("boto3.client('s3', 'us-east-1')", "found region 'us-east-1' at script.py:2"),
        ("boto3.resource('s3', region_name='eu-west-2')", "found region 'eu-west-2'"),
        ("boto3.Session(region_name='us-east-1')", "leave the region out"),
        ("os.environ['AWS_DEFAULT_REGION'] = 'us-east-1'", "leave the region out"),
        ("boto3.client('s3', endpoint_url='http://x')", "leave endpoint_url out"),
        ("os.environ['AWS_ENDPOINT_URL_S3'] = 'http://x'", "leave endpoint_url out"),
    ],
)
def test_another_region_or_endpoint_is_refused(tmp_path: Path, call: str, expected: str) -> None:
    """It would miss the pipeline around it, on AWS as in a sandbox."""
    path = written(tmp_path, f"import boto3, os\n{call}\n{ENTRY}")
    assert expected in refusal(path).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    "call",
    [
        "boto3.client('s3', 'eu-west-1')",
        "R = 'eu-west-1'; boto3.client('s3', region_name=R, endpoint_url=None)",
        "boto3.client('s3', region_name=os.environ['AWS_REGION'])",
    ],
)
def test_the_pipelines_own_region_may_be_named(tmp_path: Path, call: str) -> None:
    """It changes nothing."""
    path = written(tmp_path, f"import boto3, os\n{call}\n{ENTRY}")
    assert read_custom_handler(path, NAMES).path == path
