"""`watch`: what happens in a sandbox that runs, line by line."""

from wavetank.cli.options import DebugOption, EndpointOption, JsonOption, PipelineNameOption
from wavetank.cli.output import Output
from wavetank.cli.output.live_view import show_events
from wavetank.core.clock import WallClock
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.live.attached_session import AttachedSession, watcher_of
from wavetank.live.sandbox_records import running_record


def watch(
    *,
    name: PipelineNameOption = None,
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Print ticks, objects, failed attempts and alerts of a running sandbox until Ctrl-C.

    Attempts of functions are printed with their result; successful ones of the ticker pipeline
    are shown as ticks and alerts. With --name, or in a project, only events of that pipeline.
    """
    output = Output(as_json=as_json)
    record = running_record(endpoint)
    session = AttachedSession(record.endpoint, WallClock())
    try:
        with stop_on_signal():
            session.wait_until_ready()
            watcher = watcher_of(record, name, session.clock)
            show_events(watcher, session.recover, session.clock, output)
    except Stopped:
        output.emit("stopped")
