"""What is replaced in LocalStack."""

from wavetank.core.patching import PinnedDistribution

LOCALSTACK = PinnedDistribution("localstack-core", "4.14.0")
CONNECT_TO = (
    "(*, region_name=None, aws_access_key_id=None, aws_secret_access_key=None, "
    "aws_session_token=None, endpoint_url=None, config=None)"
)
POLLERS = "localstack.services.lambda_.event_source_mapping.pollers"
HANDLER = "(chain, context, response)"
METHOD_HANDLER = "(self, chain, context, response)"
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
        "emulator.http_guard.handler emulator.in_process.gateway",
        "removed from the chain: the HTTP guard decides instead; no browser calls the simulator",
        {
            "localstack.aws.handlers:add_cors_response_headers": HANDLER,
            "localstack.aws.handlers:enforce_cors": HANDLER,
        },
    ),
    *LOCALSTACK.patches(
        "emulator.http_guard.handler",
        "switched off: the HTTP guard decides about S3 too",
        {"localstack.config:DISABLE_CUSTOM_CORS_S3": "bool"},
    ),
    *LOCALSTACK.patches(
        "emulator.signatures.internal_calls",
        "a header must not be enough to impersonate LocalStack: its own calls carry a random token",
        {
            "localstack.aws.connect:dump_dto": "(data)",
            "localstack.aws.handlers:add_internal_request_params": HANDLER,
        },
    ),
    *LOCALSTACK.patches(
        "emulator.in_process.gateway",
        "removed from the simulator's chain: no one reads its log, statistics or documents",
        {
            "localstack.aws.handlers.metric_handler:MetricHandler.create_metric_handler_item": (
                METHOD_HANDLER
            ),
            "localstack.aws.handlers.metric_handler:MetricHandler.record_parsed_request": (
                METHOD_HANDLER
            ),
            "localstack.aws.handlers.metric_handler:MetricHandler.update_metric_collection": (
                METHOD_HANDLER
            ),
            "localstack.aws.handlers:count_service_request": HANDLER,
            "localstack.aws.handlers:log_response": "(_, context, response)",
            "localstack.aws.handlers:set_close_connection_header": "(_chain, context, response)",
            "localstack.aws.handlers:validate_request_schema": HANDLER,
            "localstack.aws.handlers:validate_response_schema": HANDLER,
        },
    ),
    *LOCALSTACK.patches(
        "emulator.in_process.gateway",
        "skipped in the simulator if it has nothing to do",
        {
            "localstack.aws.handlers:parse_service_request": HANDLER,
            "localstack.aws.handlers:parse_trace_context": HANDLER,
            "localstack.aws.handlers:serve_edge_router_rules": HANDLER,
            "localstack.aws.handlers:serve_localstack_resources": HANDLER,
        },
    ),
    *LOCALSTACK.patches(
        "emulator.in_process.gateway",
        "reads the credential scope once for all calls of a session, in the simulator",
        {
            "localstack.aws.handlers:add_account_id": HANDLER,
            "localstack.aws.handlers:add_region_from_header": HANDLER,
        },
    ),
    *LOCALSTACK.patches(
        "emulator.in_process.protocols",
        "parses the members that a request has, not each possible one, in the simulator",
        {
            "localstack.aws.protocol.parser:BaseJSONRequestParser._parse_structure": (
                "(self, request, shape, value, uri_params=None)"
            ),
            "localstack.aws.protocol.parser:RestXMLRequestParser._parse_structure": (
                "(self, request, shape, node, uri_params=None)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.in_process.protocols",
        "negotiates the format of a response once for the same headers, in the simulator",
        {"localstack.aws.protocol.serializer:ResponseSerializer._get_mime_type": "(self, headers)"},
    ),
    *LOCALSTACK.patches(
        "emulator.bind_address",
        "listens on the configured address only, and only with the HTTP guard",
        {
            "localstack.runtime.server.twisted:TwistedRuntimeServer.register": (
                "(self, gateway, listen, ssl_creds=None)"
            ),
            "localstack.runtime.server.twisted:endpoints": "module twisted.internet.endpoints",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.iam_enforcement.caller_credentials",
        "CloudFormation calls services with its caller's permissions, not with LocalStack's",
        {
            "localstack.services.cloudformation.api_utils:connect_to": CONNECT_TO,
            "localstack.services.cloudformation.engine.parameters:connect_to": CONNECT_TO,
            "localstack.services.cloudformation.engine.policy_loader:connect_to": CONNECT_TO,
            "localstack.services.cloudformation.engine.transformers:connect_to": CONNECT_TO,
            "localstack.services.cloudformation.engine.v2.change_set_model_transform:connect_to": (
                CONNECT_TO
            ),
            "localstack.services.cloudformation.engine.v2.resolving:connect_to": CONNECT_TO,
            "localstack.services.cloudformation.resource_provider:ResourceRequest.__init__": (
                "(self, _original_payload, aws_client_factory, request_token, stack_name, "
                "stack_id, account_id, region_name, action, desired_state, logical_resource_id, "
                "resource_type, logger, custom_context=..., previous_state=None, "
                "previous_tags=None, tags=...)"
            ),
        },
    ),
    *LOCALSTACK.patches(
        "emulator.iam_enforcement.function_urls",
        "checks whether the caller may invoke the function, which LocalStack does not",
        {
            "localstack.services.lambda_.urlrouter:FunctionUrlRouter"
            ".handle_lambda_url_invocation": "(self, request, api_id, region, **url_params)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.iam_enforcement.websites",
        "website requests use anonymous permissions, not LocalStack's",
        {"localstack.services.s3.website_hosting:S3WebsiteHostingHandler": "class ()"},
    ),
    *LOCALSTACK.patches(
        "emulator.iam_enforcement.outside_calls",
        "a call by a queue's URL has the permissions of its key, not LocalStack's",
        {"localstack.services.sqs.query_api:connect_to": CONNECT_TO},
    ),
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
        "emulator.init_scripts",
        "no init script runs after one that has failed, and the start does not end in `Ready.`",
        {
            "localstack.runtime.init:InitScriptManager.run_stage": "(self, stage)",
            "localstack.runtime.runtime:LocalstackRuntime._on_ready": "(self)",
        },
    ),
    *LOCALSTACK.patches(
        "emulator.sqs.passive_queues",
        "queues have no threads of their own: they follow the virtual time whenever they are "
        "called",
        {
            "localstack.config:SQS_DISABLE_CLOUDWATCH_METRICS": "bool",
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
