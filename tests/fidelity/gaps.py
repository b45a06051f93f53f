"""What is not as on AWS, or is and was not shown to be: the register says so plainly."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """A behaviour of AWS's, what happens here, and why it is a gap."""

    area: str
    aws: str
    here: str


UNPROVED = (
    Gap(
        "all",
        "documented behaviour",
        "compared with the documentation only: no account was available",
    ),
    Gap(
        "DynamoDB",
        "DynamoDB itself",
        "Wavetank's provider answers in both columns; LocalStack's needs Java",
    ),
    Gap(
        "Lambda",
        "execution environments in microVMs",
        "Wavetank's executor answers in both columns; LocalStack's needs Docker's socket",
    ),
    Gap(
        "EventBridge",
        "a rate counts from the creation of its rule; a rule put twice fires once",
        "tested for Wavetank (`tests/live/test_schedule.py`), not for LocalStack alone, whose "
        "scheduler polls once a minute",
    ),
    Gap(
        "Data Firehose",
        "delivery is retried for 24 hours, then the records are lost",
        "tested for Wavetank in virtual time (`tests/unit/emulator/firehose`); AWS's retry "
        "interval is not documented",
    ),
    Gap(
        "Data Firehose",
        "an HTTP endpoint gets records in Firehose's request format; after the last retry they "
        "are backed up to S3",
        "tested for Wavetank (`tests/live/test_firehose_processing.py`); the code of a record in "
        "`http-endpoint-failed/` is the one in the log, because its document has no list",
    ),
    Gap(
        "Data Firehose",
        "a partition key that is missing is an error; 500 partitions may be active",
        "tested for Wavetank (`tests/unit/emulator/firehose/test_stream.py`); the error codes are "
        "not documented, and of a prefix with keys but no timestamp the documents say both that "
        "the default time is appended and that it is not (here: not)",
    ),
    Gap(
        "Data Firehose",
        "a Kinesis data stream is a source; records that the Kinesis Producer Library has "
        "aggregated are separated",
        "tested for Wavetank against moto's Kinesis (`tests/unit/emulator/firehose`)",
    ),
    Gap(
        "Data Firehose",
        "a record in `processing-failed/` has the member `lambdaArn`",
        "as documented; records of users that were published have `lambdaARN`",
    ),
    Gap(
        "Data Firehose",
        "weeks in prefixes (`YYYY`, `ww`) are those of Java",
        "of Java's locale en-US, where weeks begin on Sunday; Firehose's locale is not documented",
    ),
    Gap(
        "Data Firehose",
        "streams of one name in two accounts are different streams",
        "tested for Wavetank (`tests/live/test_firehose_processing.py`)",
    ),
    Gap(
        "SNS e-mail",
        "a token expires after two days; more than ten messages a second suspend the address",
        "tested for Wavetank (`tests/live/test_mailbox.py`); LocalStack alone has neither",
    ),
)
DIFFERENT = (
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
        "(EventBridge, S3); not checked: alarms' topics, dead-letter queues and destinations of "
        "functions, event buses, log groups and streams as targets, encryption keys",
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
        "not checked: sandboxes do not load API Gateway",
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
        "on this machine, at any port, with or without TLS; certificates are not verified",
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
        "an unreachable target is retried for 24 hours; events arrive within the minute",
        "tried once; events arrive at the exact second",
    ),
    Gap("Lambda", "CPU follows memory; arm64 is arm64", "the host's processor, unlimited"),
)
