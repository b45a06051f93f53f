"""The monkeypatches of the services in LocalStack."""

from wavetank.emulator.patches.localstack import LOCALSTACK

POLLERS = "localstack.services.lambda_.event_source_mapping.pollers"
QUEUE_PUT = (
    "(self, message, visibility_timeout=None, message_deduplication_id=None, "
    "message_group_id=None, delay_seconds=None)"
)
QUEUE_RECEIVE = (
    "(self, num_messages=1, wait_time_seconds=None, visibility_timeout=None, *, "
    "poll_empty_queue=False)"
)

PATCHES = (
    *LOCALSTACK.patches(
        "emulator.cloudformation.provider",
        "stacks that own their resources, and operations that roll back",
        {
            "localstack.services.cloudformation.v2.provider:ChangeSet": (
                "class (stack, request_payload, template_body, template=None)"
            ),
            "localstack.services.cloudformation.v2.provider:ChangeSetModelExecutor": (
                "class (change_set)"
            ),
            "localstack.services.cloudformation.v2.provider:Stack": (
                "class (account_id, region_name, request_payload, initial_status=..., tags=None)"
            ),
            "localstack.services.cloudformation.v2.provider:start_worker_thread": (
                "(method, params=None, name=None)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.cloudformation.provider",
        "of CloudFormation's skeleton only: handles a request with its caller's permissions",
        {"localstack.aws.skeleton:Skeleton.invoke": "(self, context)"},
    ),
    *LOCALSTACK.patches(
        "emulator.cloudformation.conditions",
        "deletes a resource whose condition is no longer true, which LocalStack keeps",
        {
            "localstack.services.cloudformation.engine.v2.change_set_model_preproc"
            ":ChangeSetModelPreproc.visit_node_resources": "(self, node_resources)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.cloudformation.empty_parameters",
        "an empty text that is given for a parameter counts, and not the parameter's default",
        {
            "localstack.services.cloudformation.engine.v2.change_set_model_preproc"
            ":ChangeSetModelPreproc.visit_node_parameter": "(self, node_parameter)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.stream_poller",
        "batches of streams are split, retried and reported as on AWS, shards are read in order "
        "and once, and a change of a table says that Time to Live has made it",
        {
            f"{POLLERS}.dynamodb_poller:DynamoDBPoller.initialize_shards": "(self)",
            f"{POLLERS}.kinesis_poller:KinesisPoller.initialize_shards": "(self)",
            f"{POLLERS}.stream_poller:StreamPoller.forward_events_to_target": (
                "(self, shard_id, records)"
            ),
            f"{POLLERS}.stream_poller:StreamPoller.poll_events_from_shard": (
                "(self, shard_id, shard_iterator)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.kinesis.stream_resource",
        "a template's stream with a number of shards is provisioned, and has its retention",
        {
            "localstack.services.kinesis.resource_providers.aws_kinesis_stream"
            ":KinesisStreamProvider.create": "(self, request)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.events.provider",
        "an event reaches its targets before PutEvents returns, in the simulator",
        {
            "localstack.services.events.provider:start_worker_thread": (
                "(method, params=None, name=None)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.in_process.localstack",
        "alarms are not evaluated in the simulator: a thread would, in real time",
        {
            "localstack.services.cloudwatch.alarm_scheduler:AlarmScheduler"
            ".schedule_metric_alarm": "(self, alarm_arn)",
            "localstack.services.cloudwatch.alarm_scheduler:AlarmScheduler.start": "(self)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.events.provider",
        "ids of events come from the seed of a run, in the simulator",
        {"localstack.services.events.utils:long_uid": "()"},
    ),
    *LOCALSTACK.patches(
        "emulator.s3.version_ids",
        "ids of versions come from the seed of a run, in the simulator",
        {"localstack.services.s3.provider:generate_safe_version_id": "()"},
    ),
    *LOCALSTACK.patches(
        "emulator.sns.repeatable",
        "messages are the same in each run with one seed, in the simulator",
        {
            "localstack.services.sns.models:SnsMessage.__post_init__": "(self)",
            "localstack.services.sns.provider:create_subscription_arn": "(topic_arn)",
            "localstack.services.sns.publisher:get_message_signature": (
                "(canonical_string, signature_version)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.sns.subscription_resource",
        "creates subscriptions with their roles, which LocalStack drops",
        {
            "localstack.services.sns.resource_providers.aws_sns_subscription"
            ":SNSSubscriptionProvider.create": "(self, request)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.event_patterns",
        "matches events with patterns as EventBridge does: arrays, types and wildcards",
        {
            "localstack.services.events.event_rule_engine"
            ":EventRuleEngine._evaluate_nested_event_pattern_on_dict": (
                "(self, event_pattern, payload)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.logs.filter_resources",
        "creates a subscription filter with its role, which LocalStack drops",
        {
            "localstack.services.logs.resource_providers.aws_logs_subscriptionfilter"
            ":LogsSubscriptionFilterProvider.create": "(self, request)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.logs.provider",
        "events match a filter pattern by AWS's rules; in LocalStack every event does",
        {"localstack.services.logs.provider:get_pattern_matcher": "(pattern)"},
    ),
    *LOCALSTACK.patches(
        "emulator.s3.error_bodies",
        "errors of S3 have a HostId, and no Type",
        {
            "localstack.aws.protocol.serializer:S3ResponseSerializer._serialize_error": (
                "(self, error, response, shape, operation_model, mime_type, request_id)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.metrics_database",
        "closes the connection of each metric, which LocalStack leaves open",
        {"localstack.services.cloudwatch.cloudwatch_database_helper:sqlite3": "module sqlite3"},
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.packages",
        "checks an archive before it is stored, and unpacks it without following its links",
        {
            "localstack.services.lambda_.invocation.lambda_models"
            ":S3Code.get_unzipped_code_location": "(self)",
            "localstack.services.lambda_.invocation.lambda_models"
            ":S3Code.prepare_for_execution": "(self)",
            "localstack.services.lambda_.invocation.lambda_service:is_zip_file": "(content)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.packages",
        "zips inline code without the program `zip`, and the same bytes each time",
        {
            "localstack.services.lambda_.resource_providers.aws_lambda_function:create_zip_file": (
                "(file_path, zip_file=None, get_content=False, content_root=None, mode='w')"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.packages",
        "refuses a folder of the host as code, because all of the host could be read by it",
        {
            "localstack.services.lambda_.invocation.lambda_service:create_hot_reloading_code": (
                "(path)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.packages",
        "a function whose code could not be unpacked can be deleted",
        {
            "localstack.services.lambda_.invocation.lambda_service:LambdaService.stop_version": (
                "(self, qualified_arn)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.provider",
        "an event that arrives during an update of the code is not hidden for 90 seconds",
        {
            "localstack.services.lambda_.invocation.event_manager:Poller.run": (
                "(self, *args, **kwargs)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.provider",
        "a dead-letter queue gets AWS's attributes; events that expire while they are throttled "
        "reach it and the failure destination",
        {
            "localstack.services.lambda_.invocation.event_manager"
            ":Poller.process_dead_letter_queue": "(self, sqs_invocation, invocation_result)",
            "localstack.services.lambda_.invocation.event_manager"
            ":Poller.process_failure_destination": (
                "(self, sqs_invocation, invocation_result, event_invoke_config, failure_cause)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.provider",
        "creates a log group only if it is missing, as a role with least privilege requires",
        {
            "localstack.services.lambda_.invocation.logs:LogHandler.run_log_loop": (
                "(self, *args, **kwargs)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.provider",
        "drops threads that have recorded a metric, 15 KB for each invocation",
        {
            "localstack.services.lambda_.invocation.version_manager:start_thread": (
                "(method, params=None, quiet=False, on_stop=None, _shutdown_hook=True, name=None)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.sqs.passive_queues",
        "queues have no threads of their own: they follow the virtual time whenever they are "
        "called",
        {
            "localstack.config:SQS_DISABLE_CLOUDWATCH_METRICS": "bool",
            "localstack.services.sqs.models:FifoQueue.update_delay_seconds": "(self, value)",
            "localstack.services.sqs.models:SqsMessage.is_delayed": "property (self)",
            "localstack.services.sqs.models:SqsQueue.get_queue_attributes": (
                "(self, attribute_names=None)"
            ),
            "localstack.services.sqs.models:SqsQueue.update_visibility_timeout": (
                "(self, receipt_handle, visibility_timeout)"
            ),
            "localstack.services.sqs.provider:MessageMoveTaskManager.submit": "(self, move_task)",
            "localstack.services.sqs.provider:QueueUpdateWorker.start": "(self)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.sqs.provider",
        "a FIFO message is visible again after its own timeout, expired messages are deleted, and "
        "messages of one instant keep their order",
        {
            "localstack.config:SQS_ENABLE_MESSAGE_RETENTION_PERIOD": "bool",
            "localstack.services.sqs.models:FifoQueue.requeue_inflight_messages": "(self)",
            "localstack.services.sqs.models:SqsMessage.__init__": (
                "(self, priority, message, message_deduplication_id=None, message_group_id=None, "
                "sequence_number=None)"
            ),
            "localstack.services.sqs.models:SqsMessage.__lt__": "(self, other)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.queue_poller",
        "an event has the bodies as they were sent, and the messages of all groups of a batch",
        {
            "localstack.services.lambda_.event_source_mapping.pollers.sqs_poller"
            ":SqsPoller.handle_messages": "(self, messages)",
            "localstack.services.lambda_.event_source_mapping.pollers.sqs_poller"
            ":split_by_message_group_id": "(messages)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.sqs.passive_queues",
        "a simulation observes queues, a receiver waits in virtual time, and ids are reproducible",
        {
            "localstack.services.sqs.models:FifoQueue.next_sequence_number": "(self)",
            "localstack.services.sqs.models:FifoQueue.put": QUEUE_PUT,
            "localstack.services.sqs.models:FifoQueue.receive": QUEUE_RECEIVE,
            "localstack.services.sqs.models:StandardQueue.put": QUEUE_PUT,
            "localstack.services.sqs.models:StandardQueue.receive": QUEUE_RECEIVE,
            "localstack.services.sqs.models:encode_receipt_handle": "(queue_arn, message)",
            "localstack.services.sqs.provider:generate_message_id": "()",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.lambda_.event_sources",
        "event source mappings have no poller threads in the simulator, which reads their sources",
        {
            "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.delete": (
                "(self)"
            ),
            "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.start": "(self)",
            "localstack.services.lambda_.event_source_mapping.esm_worker:EsmWorker.stop": "(self)",
        },
    ),
)
