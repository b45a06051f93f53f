"""A project's `wavetank.toml`."""

from pathlib import Path

import pytest

from wavetank.configuration.project import default_name, parse_configuration, read_configuration
from wavetank.core.errors import UsageError
from wavetank.core.project import CONFIGURATION, find_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a template, a folder of code and a file of items."""
    project = tmp_path / "orders-1"
    (project / "src").mkdir(parents=True)
    for name in ("template.yaml", "storage.yaml", "items.json"):
        (project / name).touch()
    return project


def test_everything_but_the_template_has_a_default(folder: Path) -> None:
    """The stack is named after the folder; paths are absolute."""
    found = parse_configuration('template = "template.yaml"', folder / CONFIGURATION)
    assert (found.name, found.template) == ("orders-1", folder / "template.yaml")
    assert (found.storage, found.code, found.seed_data, found.parameters) == (None, None, None, ())
    assert found.scenarios == folder / "scenarios"


def test_every_key_is_read(folder: Path) -> None:
    """Parameters become texts, as CloudFormation takes them."""
    (folder / "faults").mkdir()
    text = """
    name = "shop"
    template = "template.yaml"
    storage = "storage.yaml"
    code = "src"
    seed_data = "items.json"
    scenarios = "faults"
    may_differ = ["*.updated_at"]

    [parameters]
    Stage = "test"
    Days = 3
    Debug = true

    [layers]
    "arn:aws:lambda:eu-west-1:1:layer:x:1" = "src"
    """
    (folder / CONFIGURATION).write_text(text)
    found = read_configuration(find_project(folder / "src"))
    assert found is not None
    assert (found.name, found.storage, found.code) == (
        "shop",
        folder / "storage.yaml",
        folder / "src",
    )
    assert (found.seed_data, found.scenarios) == (folder / "items.json", folder / "faults")
    assert found.may_differ == ("*.updated_at",)
    assert found.parameters == (("Stage", "test"), ("Days", "3"), ("Debug", "true"))
    assert found.layers == (("arn:aws:lambda:eu-west-1:1:layer:x:1", folder / "src"),)


def test_a_project_without_the_file_has_no_configuration(folder: Path) -> None:
    """Then it is the ticker's pipeline that commands are about."""
    assert read_configuration(find_project(folder)) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the key `template`; found none at wavetank.toml:1:1; write it"),
        (
            "template = 1",
            "`template` to be the path of a template; found 1 at wavetank.toml:1:1",
        ),
        ("template = ", "expected a configuration in TOML; found a mistake at wavetank.toml:1"),
        (
            "template = template.yaml",
            "correct 'template = template.yaml'; lines are such as name = \"text\", count = 3",
        ),
        ('template = ""\n[a]\n[a]', "(Cannot declare ('a',) twice); remove one of the two keys"),
        ('template = "none.yaml"', "found none at 'none.yaml' at wavetank.toml:1:1"),
        ('template = "template.yaml"\ncode = "template.yaml"', "`code` to be the path of a folder"),
        ('template = "template.yaml"\ntemplat = ""', "did you mean template?"),
        ('template = "template.yaml"\nname = "1st"', "`name` to be a stack's name: a letter"),
        ('template = "template.yaml"\n[parameters]\nA = [1]', "texts, numbers or booleans; found"),
        ('template = "template.yaml"\nparameters = 3', "a table of the template's parameters"),
        ('template = "template.yaml"\nmay_differ = ["*"]', "a list of patterns of fields, such as"),
        (
            'template = "template.yaml"\n[layers]\n"arn:x" = "none"',
            "table of paths by the layers' ARNs, under a line [layers]; found none at",
        ),
        ('template = "template.yaml"\nlayers = 3', "a table of paths by the layers' ARNs"),
        (f"template = {'[' * 5000}", "lists nested too deeply in wavetank.toml"),
    ],
)
def test_a_mistake_is_one_line_with_its_position(folder: Path, text: str, message: str) -> None:
    """Line and field, and what to do."""
    with pytest.raises(UsageError) as refused:
        parse_configuration(text, folder / CONFIGURATION)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    """With its path."""
    (folder / CONFIGURATION).write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"not text in UTF-8: .*wavetank\.toml"):
        read_configuration(find_project(folder))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("orders", "orders"), ("my_orders v2", "my-orders-v2"), ("2024-x", "x"), ("...", "pipeline")],
)
def test_a_folders_name_becomes_a_stacks(name: str, expected: str) -> None:
    """Without what CloudFormation refuses."""
    assert default_name(Path("/home") / name) == expected
