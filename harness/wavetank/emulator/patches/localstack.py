"""The monkeypatches of LocalStack, apart from its services: requests, policies, start."""

from wavetank.core.patching import PinnedDistribution

LOCALSTACK = PinnedDistribution("localstack-core", "4.14.0")
CONNECT_TO = (
    "(*, region_name=None, aws_access_key_id=None, aws_secret_access_key=None, "
    "aws_session_token=None, endpoint_url=None, config=None)"
)
HANDLER = "(chain, context, response)"
METHOD_HANDLER = "(self, chain, context, response)"

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
        "emulator.lambda_.function_urls",
        "events and answers of function URLs keep repeated headers, cookies and the path as sent",
        {
            "localstack.services.lambda_.urlrouter:event_for_lambda_url": "(api_id, request)",
            "localstack.services.lambda_.urlrouter:lambda_result_to_response": "(result)",
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
        "emulator.init_scripts",
        "no init script runs after one that has failed, and the start does not end in `Ready.`",
        {
            "localstack.runtime.init:InitScriptManager.run_stage": "(self, stage)",
            "localstack.runtime.runtime:LocalstackRuntime._on_ready": "(self)",
        },
    ),
)
