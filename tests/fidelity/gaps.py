"""What is not as on AWS, or is and was not shown to be: the register says so plainly."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """A behaviour of AWS's, what happens here, and why it is a gap."""

    area: str
    aws: str
    here: str


DIFFERENT = (
    Gap(
        "Streams",
        "the shards of a mapping, and ParallelizationFactor batches of each, are processed at a "
        "time",
        "one batch at a time on the live engines, so that a shard which fails blocks the others; "
        "in the simulator as on AWS",
    ),
    Gap(
        "Streams",
        "a mapping has tumbling windows",
        "they are refused in the simulator, and ignored on the live engines",
    ),
    Gap(
        "CloudWatch alarms",
        "are evaluated, and act",
        "in the simulator they exist without a state, as functions record no metrics there",
    ),
    Gap(
        "S3 notifications",
        "a queue or topic has S3's test event once it is configured",
        "a run in the simulator begins with empty queues; on a sandbox the event is there",
    ),
    Gap(
        "SNS",
        "a subscription of HTTP or HTTPS is confirmed by its endpoint, and its delivery policy "
        "decides about retries",
        "in the simulator, which has no network, every endpoint confirms and accepts at once, and "
        "the history has its messages; on a sandbox a message is sent once",
    ),
    Gap(
        "S3 notifications",
        "retries of S3 are not documented",
        "a target that is throttled or fails is tried again for 24 hours, as EventBridge's are",
    ),
    Gap(
        "SQS",
        "a mapping processes five batches at a time and more, as ScalingConfig allows",
        "one batch at a time on the live engines; in the simulator as on AWS",
    ),
    Gap(
        "EventBridge, EventBridge Scheduler, CloudWatch Logs",
        "a failed delivery is retried for 24 hours, whatever happens meanwhile",
        "retries are in memory only: those that wait when the sandbox stops are lost, and the log "
        "says how many; a snapshot does not contain them",
    ),
    Gap(
        "Access",
        "`aws:SecureTransport` is false over HTTP",
        "always true, because sandboxes use HTTP where AWS uses HTTPS",
    ),
    Gap("Access", "ACLs can grant", "they never grant; on AWS new buckets have them disabled too"),
    Gap(
        "Access",
        "policies of organizations, VPC endpoints and access points apply",
        "a sandbox has none of them, and their condition keys are absent",
    ),
    Gap(
        "Access",
        "some condition keys have values that only AWS knows",
        "keys without a value here, such as `aws:TokenIssueTime`, `lambda:SourceFunctionArn` and "
        "`dynamodb:LeadingKeys` of a PartiQL statement, are denied if a policy uses them, and the "
        "message names the key",
    ),
    Gap(
        "Access",
        "CloudFormation's resource handlers make the calls in their schemas",
        "LocalStack's make other calls, with the permissions of the caller or the stack's role; "
        "reads are not checked, nor the ACL of a bucket without `AccessControl`",
    ),
    Gap(
        "Access",
        "a stack keeps its role",
        "until the sandbox stops; after a restart it acts with its caller's permissions",
    ),
    Gap(
        "Access",
        "AssumeRoleWithWebIdentity and AssumeRoleWithSAML need no signature",
        "they need one, because there are no identity providers",
    ),
    Gap(
        "Access",
        "a role that a service is given must trust it",
        "checked for Lambda, Firehose, EventBridge and CloudFormation; other services accept any "
        "role that may be passed to them",
    ),
    Gap(
        "Access",
        "a resource's policy can deny an administrator",
        "no policy of its own account denies the account's administrator",
    ),
    Gap(
        "Access",
        "a policy change takes some seconds to apply",
        "it applies from the next call",
    ),
    Gap(
        "Access",
        "a service's call needs the resource's policy",
        "checked for functions (all services), queues (SNS, EventBridge, S3) and topics "
        "(EventBridge, S3), and log groups (EventBridge); not checked: alarms' topics, dead-letter "
        "queues and destinations of functions, event buses as targets without a role, encryption "
        "keys",
    ),
    Gap(
        "Access",
        "users can authenticate with MFA",
        "a sandbox has no devices: GetSessionToken with one is denied, and IAM refuses its keys",
    ),
    Gap(
        "Access",
        "a new function URL needs lambda:InvokeFunction too",
        "lambda:InvokeFunctionUrl is enough, as for URLs created before October 2025",
    ),
    Gap(
        "Access",
        "a stack set acts with an administration role and an execution role in each account",
        "only administrators can use one, and its stacks have all permissions",
    ),
    Gap(
        "Access",
        "an API of API Gateway calls other services with its role",
        "not checked: API Gateway is LocalStack's own, loaded when it is first called",
    ),
    Gap(
        "Access",
        "queues, messages and e-mails are reached only through the services' APIs",
        "LocalStack's tools below `/_aws` and `/_localstack` need no signature; pages of other "
        "sites cannot use them",
    ),
    Gap(
        "Access",
        "a queue's URL can be signed in its query",
        "the same, but with `WAVETANK_SIGNATURES=skip` it counts as unsigned",
    ),
    Gap(
        "all",
        "each service limits the size of its requests",
        "70 MiB, and 5 GiB for S3, besides the checks in LocalStack's services",
    ),
    Gap(
        "Access",
        "each chunk of a signed streaming upload is verified; Signature Version 4A is supported",
        "only the first signature of an upload is verified; version 4A is refused",
    ),
    Gap(
        "Access",
        "a key that AWS has not issued is refused",
        "only if it begins with AKIA, ASIA, LKIA or LSIA; any other is an administrator's, as in "
        "LocalStack, and its links are verified with the secret `test` or the key itself",
    ),
    Gap(
        "Data Firehose",
        "records are converted to Parquet or ORC; destinations are OpenSearch, Redshift, Splunk, "
        "Snowflake, Iceberg tables too; sources are MSK and databases too",
        "refused when the stream is created, with the name of what is missing",
    ),
    Gap(
        "Data Firehose",
        "an HTTP endpoint is on any host, at port 443 and with a certificate that is verified",
        "on this machine, at any port but the sandbox's own, with or without TLS; certificates are "
        "not verified; an answer of more than 1 MB is refused, and eight requests of a stream are "
        "sent at once",
    ),
    Gap(
        "Data Firehose",
        "expressions for partition keys are of jq 1.6",
        "of a later version, in a process that reads no files, modules or environment; an "
        "expression that needs more than a second of processor time or 512 MB is an error, and is "
        "refused for a minute (`tests/unit/emulator/firehose/test_jq_process.py`); AWS's limits "
        "are not documented",
    ),
    Gap(
        "Data Firehose",
        "the retry duration of dynamic partitioning limits retries to a partition",
        "S3 is retried for 24 hours for partitions, too; what follows the duration is not "
        "documented",
    ),
    Gap(
        "Data Firehose",
        "metrics are recorded",
        "live only, every ten seconds: in virtual time nothing reads them",
    ),
    Gap(
        "CloudFormation",
        "all properties that the template reference updates in place are updated",
        "those of the types in `emulator/cloudformation/updates`; any other change fails and names "
        "the property",
    ),
    Gap(
        "CloudFormation",
        "stack tags are set on resources; resources are created in parallel",
        "neither: resources have only their own tags, and are created one by one",
    ),
    Gap(
        "EventBridge",
        "events arrive within the minute; API destinations, Batch, ECS and other targets",
        "events arrive at the exact second; targets that a sandbox does not have fail",
    ),
    Gap(
        "EventBridge Scheduler",
        "an invocation happens within the minute; a schedule is deleted some time after its end",
        "at the exact second, and at once; only services that a sandbox runs can be targets",
    ),
    Gap(
        "CloudWatch Logs",
        "events older than the retention are deleted; a stream may get control messages",
        "they are rejected when they are put, and kept otherwise; there are no control messages",
    ),
    Gap(
        "DynamoDB",
        "an expired item is deleted within a few days",
        "by the first call of a minute or more after it has expired",
    ),
    Gap(
        "DynamoDB",
        "syntax errors of conditions name the token; capacity counts indexes and filtered items",
        "the message is the parser's; capacity counts the table's items that are returned",
    ),
    Gap(
        "DynamoDB",
        "an operand of a wrong type in a transaction's update cancels it with a reason",
        "it is refused with ValidationException and the same message; nothing is written",
    ),
    Gap(
        "DynamoDB",
        "PartiQL has literals in updates, sets, functions and `RETURNING`, and refuses to insert "
        "an item that exists",
        "moto's parser updates by parameters only, and an insertion replaces the item; statements "
        "that it cannot read are refused with ValidationException",
    ),
    Gap(
        "DynamoDB",
        "a stream has several shards, which close after hours",
        "one shard, which closes with the stream",
    ),
    Gap(
        "Kinesis",
        "iterators expire after five minutes; throughput is limited; records are CBOR or JSON",
        "iterators do not expire, nothing is throttled, and only JSON is read",
    ),
    Gap(
        "Lambda",
        "functions that streams invoke follow split and merged shards, and can bisect a batch",
        "LocalStack's pollers: a batch is retried as a whole, and after a split or merge each "
        "shard is read from the starting position again",
    ),
    Gap("Lambda", "CPU follows memory; arm64 is arm64", "the host's processor, unlimited"),
    Gap(
        "Lambda",
        "each runtime has its own interpreter, and that of Node.js has the AWS SDK",
        "Python 3 and Node.js run on the versions at hand, with a warning in LocalStack's log; the "
        "SDK for Node.js has to be in the package or a layer; Java, Ruby, .NET and container "
        "images are refused when a function is created, and the simulator has Python only",
    ),
    Gap(
        "Lambda",
        "layers are at /opt, the code is at /var/task",
        "where the kernel permits mounts; elsewhere, as in Docker, on extracted folders, which "
        "import paths, `PATH` and `LD_LIBRARY_PATH` contain. The simulator refuses paths below "
        "/opt, and programs and libraries of layers are not on its paths",
    ),
    Gap(
        "Lambda",
        "a function can use a layer of another account, which permits it",
        "its content is given (`[layers]` in `wavetank.toml`): the stack has a layer of its own "
        "with it, whose ARN the function's configuration shows",
    ),
    Gap(
        "Lambda",
        "layers can have extensions; code and layers have at most 250 MB together",
        "extensions are not started; each archive is limited by itself",
    ),
    Gap(
        "Lambda",
        "only documented variables are in a function's environment",
        "AWS_ENDPOINT_URL too; without a file system of its own also HOME and TMPDIR",
    ),
    Gap(
        "Lambda",
        "responses can be streamed; ES modules are found by NODE_PATH",
        "neither",
    ),
)
