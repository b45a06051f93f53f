"""Runs asynchronous events without delay that arrive during an update of a function's code.

LocalStack's old poller may receive such an event in its last seconds. It then neither runs nor
returns it, so the event stays hidden in the queue until its visibility timeout, a minute and a half
later. On AWS an update never delays an event. The poller's loop is replaced by one that returns
what it will not run. [LocalStack 4.14: services/lambda_/invocation/event_manager.py]
"""

import logging

from localstack.services.lambda_.invocation import event_manager
from localstack.services.lambda_.invocation.event_manager import Poller, get_sqs_client

LOG = logging.getLogger(__name__)
LONG_POLL_SECONDS = 1
MESSAGES_MAX = 10
HIDDEN_SECONDS_BESIDES_TIMEOUT = 60
ERROR_PAUSE_SECONDS = 1.0


def poll(poller: Poller) -> None:
    """Run the events of one function's queue until its poller is stopped; the body of a thread."""
    version = poller.version_manager.function_version
    queue = poller.event_queue_url
    sqs = get_sqs_client(version, client_config=event_manager.CLIENT_CONFIG)
    stopping = poller._shutdown_event  # noqa: SLF001 - LocalStack has no public name for it
    while not stopping.is_set():
        try:
            answer = sqs.receive_message(
                QueueUrl=queue,
                WaitTimeSeconds=LONG_POLL_SECONDS,
                MaxNumberOfMessages=MESSAGES_MAX,
                VisibilityTimeout=version.config.timeout + HIDDEN_SECONDS_BESIDES_TIMEOUT,
            )
            for message in answer["Messages"] or []:
                if stopping.is_set():
                    kept = sqs.queue_manager.get_queue(queue_name=queue)
                    kept.update_visibility_timeout(message["ReceiptHandle"], 0)
                else:
                    poller.invoker_pool.submit(poller.handle_message, message)
        except Exception as error:  # noqa: BLE001 - whatever LocalStack raises, polling must go on
            if not stopping.is_set():
                LOG.warning("Polling the events of %s: %s", version.qualified_arn, error)
                stopping.wait(ERROR_PAUSE_SECONDS)
