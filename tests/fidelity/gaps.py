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
        "what its documents say",
        "compared with the documents, never with a real account: none was at hand",
    ),
    Gap(
        "DynamoDB",
        "DynamoDB itself",
        "our provider answers in both columns, since LocalStack's own needs Java",
    ),
    Gap(
        "Lambda",
        "execution environments in microVMs",
        "our executor answers in both columns, since LocalStack's own needs Docker's socket",
    ),
    Gap(
        "EventBridge",
        "a rate counts from the creation of its rule; a rule put twice fires once",
        "shown for Wavetank (`tests/live/test_schedule.py`), not for LocalStack alone: its "
        "scheduler looks once a minute of wall time",
    ),
    Gap(
        "Data Firehose",
        "delivery is tried again for 24 hours, then the records are lost",
        "shown for Wavetank in moved time (`tests/unit/emulator/firehose`); how often AWS tries is "
        "not documented",
    ),
    Gap(
        "SNS e-mail",
        "a token expires after two days; more than ten messages a second suspend the address",
        "shown for Wavetank (`tests/live/test_mailbox.py`); LocalStack alone has neither",
    ),
)
DIFFERENT = (
    Gap(
        "Access",
        "`aws:SecureTransport` is false over HTTP",
        "true: the sandbox is reached over HTTP where AWS is over HTTPS",
    ),
    Gap("Access", "ACLs can grant", "they never do; new buckets have them off on AWS too"),
    Gap(
        "Access",
        "organizations' policies, VPC endpoints' policies and access points limit",
        "a sandbox has none of them, and their condition keys are absent",
    ),
    Gap(
        "Access",
        "some condition keys are filled in from what only AWS knows",
        "what reads none here, such as `aws:TokenIssueTime`, `lambda:SourceFunctionArn` and "
        "`dynamodb:LeadingKeys` of a statement of PartiQL, is denied where a policy asks for it, "
        "and the message names the key",
    ),
    Gap(
        "Access",
        "CloudFormation's resource handlers make the calls that their schemas list",
        "LocalStack's make calls of their own: with the caller's or the stack's role's rights, but "
        "what they only read is not checked, nor the ACL of a bucket without `AccessControl`",
    ),
    Gap(
        "Access",
        "a stack keeps its role",
        "until the sandbox stops; after a restart it acts with the rights of its caller",
    ),
    Gap(
        "Access",
        "AssumeRoleWithWebIdentity and AssumeRoleWithSAML are open to those without a signature",
        "they need one: there are no identity providers",
    ),
    Gap(
        "Access",
        "a role that a service is given must trust it",
        "tried for Lambda, Firehose, EventBridge and CloudFormation; the others take any role that "
        "may be passed to them",
    ),
    Gap(
        "Access",
        "administrators are denied what a resource's policy denies",
        "the account's administrator passes every policy of its own account, as its root user "
        "would with a right to change it",
    ),
    Gap(
        "Access",
        "a change of a policy takes some seconds to be seen",
        "it counts from the next call",
    ),
    Gap(
        "Access",
        "a service's call needs the resource's policy",
        "asked of functions by every service, of queues by SNS, EventBridge and S3, of topics by "
        "EventBridge and S3; not checked: alarms' topics, dead-letter queues and destinations of "
        "functions, event buses, log groups and streams as targets, encryption keys",
    ),
    Gap(
        "Access",
        "a user can be authenticated by MFA",
        "a sandbox has no devices: GetSessionToken with one is denied, and its keys are none for "
        "IAM",
    ),
    Gap(
        "Access",
        "a new function URL needs lambda:InvokeFunction too",
        "lambda:InvokeFunctionUrl is enough, as for those from before October 2025",
    ),
    Gap(
        "Access",
        "a stack set acts with an administration role and an execution role in each account",
        "only administrators can use one, and its stacks have all rights",
    ),
    Gap(
        "Access",
        "an API of API Gateway calls other services with its role",
        "not checked: sandboxes do not load API Gateway",
    ),
    Gap(
        "Access",
        "there is no other way to a queue, a message or an e-mail than the services' APIs",
        "LocalStack's tools below `/_aws` and `/_localstack` ask for no signature; no page of "
        "another site can use them",
    ),
    Gap(
        "Access",
        "a queue's URL can be signed in its query",
        "so it can; with `WAVETANK_SIGNATURES=skip` it counts as unsigned",
    ),
    Gap(
        "all",
        "each service has a limit of its own for a request",
        "70 MiB, and 5 GiB for S3; LocalStack's services check what they check besides",
    ),
    Gap(
        "Access",
        "each chunk of a signed streaming upload is verified; Signature Version 4A is taken",
        "only the first signature of such an upload is verified; version 4A is refused",
    ),
    Gap(
        "Access",
        "a key that AWS has not issued is refused",
        "only keys that begin with AKIA, ASIA, LKIA or LSIA are; any other is an administrator's, "
        "as in LocalStack, and its links are verified with the secret `test` or the key itself",
    ),
    Gap(
        "Data Firehose",
        "delivery errors are written to the stream's log",
        "told by `GET /_wavetank/firehose` and LocalStack's log",
    ),
    Gap(
        "Data Firehose",
        "processors can invoke a function; other destinations than S3",
        "such a stream is LocalStack's own: no buffer, and S3's errors reach the producer",
    ),
    Gap(
        "CloudFormation",
        "every property that the template reference updates in place is updated",
        "those of the types in `emulator/cloudformation/updates`; a change of another fails and "
        "names the property",
    ),
    Gap(
        "CloudFormation",
        "tags of the stack are set on its resources; resources are made in parallel",
        "neither: resources have the tags of their own, and are made one after the other",
    ),
    Gap(
        "EventBridge",
        "a target that cannot be reached is tried for 24 hours; events arrive within the minute",
        "tried once; at the second",
    ),
    Gap("Lambda", "CPU follows memory; arm64 is arm64", "the host's processor, all of it"),
)
