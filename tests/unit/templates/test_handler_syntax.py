"""Syntax errors in handlers are found before anything is deployed."""

import zipfile
from pathlib import Path

import pytest

from tests.clocks import Leaping
from wavetank.aws.clients import sandbox_clients
from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import package_folder
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.live.deploy_watch import TemplatesWatch

TEMPLATE = """\
Resources:
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::000000000000:role/work
      Code: src
"""
BROKEN = "def handler(event, context):\n    return (\n"
MESSAGE = "'(' was never closed; correct that line"


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TemplatesPipeline:
    """A function whose code imports a module and a package of its own."""
    monkeypatch.chdir(tmp_path)
    files = {
        "template.yaml": TEMPLATE,
        "src/app.py": "import helper\n\ndef handler(event, context):\n    import parts.one\n",
        "src/helper.py": "import json\n",
        "src/parts/__init__.py": "",
        "src/parts/one.py": "from . import two\nfrom .three import x\nfrom .. import nothing\n",
        "src/parts/two.py": "",
        "src/parts/three.py": "x = 1\n",
        "src/unused.py": "print 'for Python 2'\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return TemplatesPipeline(template=tmp_path / "template.yaml")


def refusal(pipeline: TemplatesPipeline) -> str:
    """The error of the check."""
    with pytest.raises(UsageError) as raised:
        pipeline.check(simulated=False)
    return str(raised.value)


@pytest.mark.parametrize("name", ["app", "helper", "parts/__init__", "parts/two", "parts/three"])
def test_a_file_that_the_handler_imports_is_checked(
    pipeline: TemplatesPipeline, tmp_path: Path, name: str
) -> None:
    """One line with file, line, function and message; a file that is not imported may be broken."""
    assert pipeline.check(simulated=False)
    (tmp_path / "src" / f"{name}.py").write_text(BROKEN)
    assert refusal(pipeline) == f"src/{name}.py:2: Work: {MESSAGE}"


def test_code_in_a_zip_or_in_the_template_is_checked(
    pipeline: TemplatesPipeline, tmp_path: Path
) -> None:
    """The position of code in the template is that of the property, with the line of the code."""
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("app.py", BROKEN)
    pipeline.template.write_text(TEMPLATE.replace("src", "work.zip"))
    assert refusal(pipeline).endswith(f"work.zip/app.py:2: Work: {MESSAGE}")
    inline = '{ZipFile: "def handler(event, context):\\n  return (\\n"}'
    pipeline.template.write_text(TEMPLATE.replace("src", inline))
    assert refusal(pipeline) == f"template.yaml:8: Work: line 2 of its code: {MESSAGE}"


def test_a_watch_that_begins_with_an_error_sees_its_correction(
    pipeline: TemplatesPipeline, tmp_path: Path
) -> None:
    """The files are known before the code can be packaged."""
    (tmp_path / "src" / "helper.py").write_text(BROKEN)
    watch = TemplatesWatch(lambda: pipeline, sandbox_clients("http://127.0.0.1:1"), Leaping())
    with pytest.raises(UsageError, match=r"src/helper\.py:2: Work"):
        watch.deploy()
    assert {tmp_path / "src", pipeline.template} <= set(watch.files())


def test_the_tickers_handlers_are_checked(tmp_path: Path) -> None:
    """They are packaged with all their files."""
    (tmp_path / "streaming").mkdir()
    (tmp_path / "streaming" / "handler.py").write_text(BROKEN)
    with pytest.raises(UsageError, match=r"streaming/handler.py:2: '\(' was never closed; correct"):
        package_folder(tmp_path / "streaming")
