"""`watch`: what happens in a sandbox that runs, line by line."""

from wavetank.cli.options import DebugOption, DeployedNameOption, EndpointOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.output.live_view import show_events
from wavetank.core.clock import WallClock
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.live.attached_session import AttachedSession, watcher_of
from wavetank.live.running_sandbox import running_record


def watch(
    *,
    name: DeployedNameOption = None,
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Print ticks, objects, failed attempts and alerts of a running sandbox until Ctrl-C.

    Attempts of functions that are not the pipeline's are printed also if they succeed.
    """
    output = Output(as_json=as_json)
    session = AttachedSession(running_record(endpoint).endpoint, WallClock())
    try:
        with stop_on_signal():
            session.wait_until_ready()
            watcher = watcher_of(session.endpoint, name, session.clock)
            show_events(watcher, session.recover, session.clock, output)
    except Stopped:
        output.emit("stopped")
