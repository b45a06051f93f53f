"""Stops LocalStack's start at the first init script that fails, and says so in one line.

LocalStack only logs a failing script, runs the ones after it, and prints `Ready.` all the same.
Here no script runs after it, `Ready.` is printed only if none failed, and the line after it names
the pages. The scripts of boot.d are not affected: they run in a process before LocalStack.
[LocalStack 4.14: runtime/init.py, runtime/runtime.py]
"""

import sys
from typing import Any

from localstack.constants import READY_MARKER_OUTPUT
from localstack.runtime import hooks
from localstack.runtime.init import InitScriptManager, Script, Stage, State, init_script_manager
from localstack.runtime.runtime import LocalstackRuntime
from localstack.utils.urls import localstack_host

from wavetank.emulator.patches import patch_of
from wavetank.emulator.settings import aws_variables_restored

BEFORE_INIT_SCRIPTS = 10
"""The priority of a hook that is called before the one that runs scripts, which has 0."""


@hooks.on_infra_start(priority=BEFORE_INIT_SCRIPTS)  # type: ignore[untyped-decorator]  # LocalStack's
def stop_at_failing_scripts() -> None:
    """Replace how LocalStack runs init scripts, and what it prints once it is ready."""
    patch_of("localstack.runtime.init:InitScriptManager.run_stage").apply(run_until_failure)
    patch_of("localstack.runtime.runtime:LocalstackRuntime._on_ready").apply(announce_ready)


def run_until_failure(self: InitScriptManager, stage: Stage) -> list[Script]:
    """Run the stage's scripts in order until one fails; none if one of an earlier stage has.

    Scripts of the shutdown always start: they may free what earlier ones have made.
    """
    scripts: list[Script] = self.scripts.get(stage, [])
    if self.stage_completed[stage]:
        return scripts
    try:
        if stage is Stage.SHUTDOWN or not failed_scripts(self):
            for script in scripts:
                if not _succeeds(self, script):
                    break
    finally:
        self.stage_completed[stage] = True
    return scripts


def failed_scripts(manager: InitScriptManager) -> list[Script]:
    """The scripts that have failed, of any stage."""
    every = (script for scripts in manager.scripts.values() for script in scripts)
    return [script for script in every if script.state is State.ERROR]


def announce_ready(self: LocalstackRuntime) -> None:
    """Run the hooks and print `Ready.` with the pages' address, or that the start has failed."""
    hooks.on_runtime_ready.run()
    failed = [_name(script) for script in failed_scripts(init_script_manager())]
    if failed:
        _say(f"wavetank: not ready, because {', '.join(failed)} failed; fix it and start again")
    else:
        print(READY_MARKER_OUTPUT)  # noqa: T201 - programs wait for this line in the output
        pages = f"pages: http://{localstack_host().host_and_port()}/_wavetank/"
        print(pages, flush=True)  # noqa: T201 - as above
    self.ready.set()


def _succeeds(manager: InitScriptManager, script: Script) -> bool:
    """Run one script; a failure is one line with the cause, whatever the script has raised."""
    with aws_variables_restored():
        try:
            script.state = State.RUNNING
            runner: Any = manager.get_script_runner(script.path)
            runner.run(script.path)
        # A script in Python runs in this process: one that calls sys.exit must not end the start.
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a script may raise anything
            script.state = State.ERROR
            _say(f"wavetank: init script {_name(script)} failed: {_cause(error, script)}")
        else:
            script.state = State.SUCCESSFUL
    return script.state is State.SUCCESSFUL


def _cause(error: BaseException, script: Script) -> str:
    """The error in one line, with what to do if the script could not be started."""
    text = " ".join(str(error).split())
    exited = f"Script {script.path} returned a non-zero exit code "
    if text.startswith(exited):
        return f"exit code {text.removeprefix(exited)}; the lines above have its reason"
    if isinstance(error, PermissionError):
        return "it is not executable; chmod +x it"
    if isinstance(error, FileNotFoundError) and error.filename == script.path:
        return "the program in its first line does not exist; Windows line ends (CRLF) do that too"
    return f"{type(error).__name__}: {text}"


def _name(script: Script) -> str:
    """Its path below init/, as in the project: `ready.d/10-deploy.sh`."""
    return "/".join(script.path.split("/")[-2:])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - as the scripts' own output, without a time
