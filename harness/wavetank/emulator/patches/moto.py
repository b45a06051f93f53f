"""The monkeypatches of moto, which answers for services in LocalStack."""

from wavetank.core.patching import NONE, PinnedDistribution

MOTO = PinnedDistribution("moto-ext", "5.1.24")

PATCHES = (
    *MOTO.patches(
        "emulator.iam_enforcement.policy_validation",
        "accepts each action that AWS accepts in a trust policy; moto knows three of the six",
        {
            "moto.iam.policy_validation:IAMTrustPolicyDocumentValidator"
            "._validate_trust_policy_action": "staticmethod (action)",
        },
    ),
    *MOTO.patches(
        "emulator.iam_enforcement.log_groups",
        "finds the log group that an identifier names; moto returns its last one",
        {
            "moto.logs.models:LogsBackend._find_log_group": (
                "(self, log_group_id=None, log_group_name=None)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.sts",
        "a session stores the ID of its role; moto looks the role up by name each time",
        {
            "moto.sts.models:AssumedRole.__init__": (
                "(self, account_id, region_name, access_key, role_session_name, role_arn, policy, "
                "duration, external_id)"
            ),
            "moto.sts.models:AssumedRole.user_id": "property (self)",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches",
        "copies an item in a tenth of the time of `copy.deepcopy`",
        {
            "moto.dynamodb.models.dynamo_type:DynamoType.__deepcopy__": NONE,
            "moto.dynamodb.models.dynamo_type:Item.__deepcopy__": NONE,
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches",
        "sizes are DynamoDB's, computed without checking whether a string could be another type",
        {
            "moto.dynamodb.models.dynamo_type:DynamoType.size": "(self)",
            "moto.dynamodb.models.dynamo_type:Item.size": "(self)",
            "moto.dynamodb.models.dynamo_type:LimitedSizeDict.__setitem__": "(self, key, value)",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.expressions emulator.dynamodb.patches",
        "parses an expression once for each text",
        {
            "moto.dynamodb.comparisons:ConditionExpressionParser.parse": "(self)",
            "moto.dynamodb.parsing.expressions:UpdateExpressionParser.make": (
                "classmethod (cls, expression_str)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches",
        "plans an update once for each text, including its validation",
        {
            "moto.dynamodb.models:UpdateExpressionExecutor": (
                "class (update_ast, item, expression_attribute_names)"
            ),
            "moto.dynamodb.models:UpdateExpressionValidator": (
                "class (expression, expression_attribute_names, expression_attribute_values, item, "
                "table)"
            ),
            "moto.dynamodb.parsing.ast_nodes:Node.find_clauses": "(self, clause_types)",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches emulator.dynamodb.validation_cache",
        "validates transactions of the same form once",
        {"moto.dynamodb.responses:DynamoHandler.transact_write_items": "(self)"},
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches",
        "copies the items that a transaction touches, not whole tables",
        {"moto.dynamodb.models:DynamoDBBackend.transact_write_items": "(self, transact_items)"},
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches",
        "setting a tag again replaces its value; moto adds a second tag",
        {"moto.dynamodb.models:DynamoDBBackend.tag_resource": "(self, table_arn, tags)"},
    ),
    *MOTO.patches(
        "emulator.dynamodb.patches",
        "a table's stream can be switched on again, which moto refuses",
        {"moto.dynamodb.models.table:Table.set_stream_specification": "(self, streams)"},
    ),
    *MOTO.patches(
        "emulator.dynamodb.comparisons",
        "conditions compare by type and value; moto compares Python's values, and may raise",
        {
            "moto.dynamodb.comparisons:FuncBeginsWith.expr": "(self, item)",
            "moto.dynamodb.comparisons:FuncBetween.expr": "(self, item)",
            "moto.dynamodb.comparisons:FuncContains.expr": "(self, item)",
            "moto.dynamodb.comparisons:FuncIn.expr": "(self, item)",
            "moto.dynamodb.comparisons:FuncSize.expr": "(self, item)",
            "moto.dynamodb.comparisons:OpEqual.expr": "(self, item)",
            "moto.dynamodb.comparisons:OpGreaterThan.expr": "(self, item)",
            "moto.dynamodb.comparisons:OpGreaterThanOrEqual.expr": "(self, item)",
            "moto.dynamodb.comparisons:OpLessThan.expr": "(self, item)",
            "moto.dynamodb.comparisons:OpLessThanOrEqual.expr": "(self, item)",
            "moto.dynamodb.comparisons:OpNotEqual.expr": "(self, item)",
            "moto.dynamodb.models.dynamo_type:DynamoType.__eq__": "(self, other)",
            "moto.dynamodb.models.dynamo_type:DynamoType.__ne__": "(self, other)",
            "moto.dynamodb.models.dynamo_type:DynamoType.cast_value": "property (self)",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.comparisons",
        "arithmetic is exact, and errors are DynamoDB's; moto computes with floating point",
        {
            "moto.dynamodb.models.dynamo_type:DynamoType.__add__": "(self, other)",
            "moto.dynamodb.models.dynamo_type:DynamoType.__sub__": "(self, other)",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "an update or PartiQL transaction that fails changes nothing",
        {
            "moto.dynamodb.models:DynamoDBBackend.execute_transaction": "(self, statements)",
            "moto.dynamodb.models:DynamoDBBackend.update_item": (
                "(self, table_name, key, update_expression, expression_attribute_names, "
                "expression_attribute_values, attribute_updates=None, expected=None, "
                "condition_expression=None, return_values_on_condition_check_failure=None)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections emulator.dynamodb.legacy_conditions",
        "conditions from before expressions compare by type",
        {
            "moto.dynamodb.models.dynamo_type:DynamoType.compare": (
                "(self, range_comparison, range_objs)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "an update may read a key; moto refuses that like an update of the key",
        {
            "moto.dynamodb.parsing.validators:UpdateHashRangeKeyValidator"
            ".check_for_hash_or_range_key": "(self, node)",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "AttributeUpdates keep the types of values",
        {
            "moto.dynamodb.models.dynamo_type:Item.update_with_attribute_updates": (
                "(self, attribute_updates)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "keys of a batch are compared by table, and a transaction reads up to 100 items",
        {
            "moto.dynamodb.responses:DynamoHandler._contains_duplicates": "(self, keys)",
            "moto.dynamodb.responses:TRANSACTION_MAX_ITEMS": "int",
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "a stream has AWS's records, lasts 24 hours, and outlives its table",
        {"moto.dynamodb.models.table:StreamShard": "class (account_id, table)"},
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "PartiQL transactions copy only the items they change; a table's earliest expiry is known",
        {
            "moto.dynamodb.models.table:Table.delete_item": "(self, hash_key, range_key)",
            "moto.dynamodb.models.table:Table.put_item": (
                "(self, item_attrs, expected=None, condition_expression=None, "
                "expression_attribute_names=None, expression_attribute_values=None, "
                "overwrite=False, return_values_on_condition_check_failure=None)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "a scan of an index has no items whose key attributes have other types than the index",
        {"moto.dynamodb.models.table:Table.has_idx_items": "(self, index_name)"},
    ),
    *MOTO.patches(
        "emulator.dynamodb.corrections",
        "Time to Live is switched on and off with AWS's errors",
        {
            "moto.dynamodb.models:DynamoDBBackend.describe_time_to_live": "(self, table_name)",
            "moto.dynamodb.models:DynamoDBBackend.update_time_to_live": (
                "(self, table_name, ttl_spec)"
            ),
        },
    ),
    *MOTO.patches(
        "emulator.kinesis.shards",
        "shards cover every hash key, keep their records when resharded, and forget old ones",
        {
            "moto.kinesis.models:KinesisBackend.get_records": (
                "(self, stream_arn, shard_iterator, limit)"
            ),
            "moto.kinesis.models:KinesisBackend.get_shard_iterator": (
                "(self, stream_arn, stream_name, shard_id, shard_iterator_type, "
                "starting_sequence_number, at_timestamp)"
            ),
            "moto.kinesis.models:Shard.get_min_sequence_number": "(self)",
            "moto.kinesis.models:Shard.put_record": (
                "(self, partition_key, data, explicit_hash_key)"
            ),
            "moto.kinesis.models:Stream.get_shard_for_key": (
                "(self, partition_key, explicit_hash_key)"
            ),
            "moto.kinesis.models:Stream.init_shards": "(self, shard_count)",
            "moto.kinesis.models:Stream.merge_shards": (
                "(self, shard_to_merge, adjacent_shard_to_merge)"
            ),
            "moto.kinesis.models:Stream.put_record": (
                "(self, partition_key, explicit_hash_key, data)"
            ),
            "moto.kinesis.models:Stream.split_shard": (
                "(self, shard_to_split, new_starting_hash_key)"
            ),
            "moto.kinesis.models:Stream.update_shard_count": "(self, target_shard_count)",
        },
    ),
)
