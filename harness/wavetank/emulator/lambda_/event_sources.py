"""Event source mappings without threads: the simulator reads their sources in virtual time.

[LocalStack 4.14: services/lambda_/event_source_mapping/esm_worker.py]
"""

from typing import Any

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState

from wavetank.emulator.patches import patch_of
from wavetank.emulator.shard_views import is_stream, note_creation

START = "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.start"
STOP = "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.stop"
DELETE = "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.delete"


def run_no_pollers() -> None:
    """Change the state of a mapping at once, where LocalStack's poller thread does it later."""
    stop = patch_of(STOP).original()
    delete = patch_of(DELETE).original()

    def start(worker: Any) -> None:
        worker.enabled = True
        if is_stream(source := worker.esm_config.get("EventSourceArn") or ""):
            note_creation(worker.uuid, source)
        _set_state(worker, EsmState.ENABLED)

    def stop_at_once(worker: Any) -> None:
        stop(worker)
        _set_state(worker, EsmState.DISABLED)

    def delete_at_once(worker: Any) -> None:
        delete(worker)
        worker.delete_esm_in_store()

    patch_of(START).apply(start)
    patch_of(STOP).apply(stop_at_once)
    patch_of(DELETE).apply(delete_at_once)


def _set_state(worker: Any, state: EsmState) -> None:
    worker.current_state = state
    worker.state_transition_reason = worker.user_state_reason
    worker.update_esm_state_in_store(state)
