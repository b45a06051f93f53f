"""`--handler`: a user's own script, as its author would run it."""

from pathlib import Path

import pytest

from tests.live.hosts import PROJECT
from tests.shell import Finished, Shell
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import ExitCode
from wavetank.core.naming import derive_names
from wavetank.deployment.custom_handler import ENTRY_POINT as OWN
from wavetank.deployment.deployer import ENTRY_POINT as SHIPPED

ORIGINAL = PROJECT / "tests" / "handlers" / "original" / "streaming.py"


def script(folder: Path, before: str, after: str) -> str:
    """The assignment's script with something replaced, as a file of its author's."""
    text = ORIGINAL.read_text()
    assert before in text
    path = folder / "mine.py"
    path.write_text(text.replace(before, after))
    return str(path)


def verdicts(check: Finished) -> dict[str, str]:
    """By requirement."""
    return {found["requirement"]: found["verdict"] for found in check.events("finding")}


def test_a_script_is_checked_in_a_sandbox_of_its_own(tmp_path: Path) -> None:
    """Every requirement is valid, under the script's names, and the sandbox is removed."""
    shell = Shell(tmp_path)
    mine = script(tmp_path, "dedorexp", "DEDOREXP")
    check = shell.run("check", "--handler", mine, "--stream-name-case", "upper", "--json")
    assert check.code == ExitCode.VALID, check.err
    assert set(verdicts(check).values()) == {"valid"}
    assert check.events("tick")[0]["error"] is None
    assert check.events("drill")[0]["alert"]["addresses"] == ["alerts@example.com"]
    assert shell.run("status", "--json").events("status")[0]["running"] is False


def test_a_failing_script_is_reported_with_its_error(tmp_path: Path) -> None:
    """No content arrives, and the alert of its own failure is seen; no drill is needed."""
    mine = script(tmp_path, '"Index_"', "'Share_'")
    check = Shell(tmp_path).run("check", "--handler", mine, "--json")
    assert check.code == ExitCode.BROKEN, check.err
    assert check.events("tick")[0]["error"] == "IndexError: list index out of range"
    assert [name for name, verdict in verdicts(check).items() if verdict != "valid"] == [
        "content arrives"
    ]
    assert check.events("drill") == []
    assert "failed: IndexError" in check.err


def test_a_running_sandbox_keeps_the_script_that_is_in_it(tmp_path: Path) -> None:
    """check, drill and deploy keep the custom handler until the shipped one is requested."""
    shell = Shell(tmp_path)
    mine = script(tmp_path, "VOLATILITY = 0.01", "VOLATILITY = 0.005")
    options = ("--retry-base-delay", "1", "--confirm-emails", "--detach", "--json")
    up = shell.run("up", "--handler", str(ORIGINAL), *options)
    assert up.code == 0, up.err
    try:
        endpoint = up.events("ready")[0]["endpoint"]
        aws, names = sandbox_clients(endpoint), derive_names("Dora", "Explorer")

        def deployed() -> tuple[str, str]:
            name = names.streaming_function
            found = aws.awslambda.get_function_configuration(FunctionName=name)
            return found["Handler"], found["CodeSha256"]

        first = deployed()
        assert first[0] == OWN
        assert shell.run("drill").code == 0
        assert shell.run("deploy", "--json").events("deployed")[0]["changed"] == []
        assert shell.run("deploy", "--name", "Dora Explorer").code == 0
        assert deployed() == first

        tick = shell.run("invoke")
        assert (tick.code, tick.out.strip().endswith(": made")) == (0, True), tick.err
        SandboxControls(endpoint).deliver_now()
        check = shell.run("check", "--json")
        assert check.code == ExitCode.VALID, check.out
        assert "with a custom handler" in shell.run("status").out

        upper = shell.run("deploy", "--name", "Dora Explorer", "--stream-name-case", "upper")
        assert upper.code == ExitCode.USAGE
        assert "give --stream-name-case lower" in upper.err

        changed = shell.run("deploy", "--handler", mine)
        assert changed.out.rstrip().endswith(f"handler: {mine}"), changed.err
        second = deployed()
        assert (second[0], second[1] != first[1]) == (OWN, True)
        assert shell.run("deploy", "--shipped-handler").code == 0
        assert deployed()[0] == SHIPPED
        assert shell.run("invoke").out.strip().endswith(" records")
    finally:
        shell.run("down")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("up", "--handler", "none.py"), "correct --handler"),
        (("check", "--handler", "none.py"), "correct --handler"),
        (("up", "--handler", str(ORIGINAL), "--name", "Jan de Vos"), "give the --name that"),
        (("check", "--handler", str(ORIGINAL), "--name", "Jan"), "correct --name"),
        (("check", "--handler", str(ORIGINAL), "--stream-name-case", "upper"), "or write DEDOREXP"),
        (("check", "--handler", str(ORIGINAL), "--endpoint", "http://x"), "leave --endpoint out"),
        (("check", "--handler", str(ORIGINAL), "--target", "aws"), "leave --target aws out"),
        (("check", "--surname", "Explorer"), "give the whole name with --name"),
        (("up", "--handler", str(ORIGINAL), "--engine", "docker"), "--engine embedded with"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Said before anything starts."""
    done = Shell(tmp_path).run(*arguments)
    assert done.code == ExitCode.USAGE
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not list(tmp_path.rglob("localstack"))
