"""What may be as on AWS, and was not shown to be by a row of the register."""

from tests.fidelity.gaps import Gap

UNPROVED = (
    Gap(
        "S3 notifications",
        "keys are URL-encoded for queues, topics and functions",
        "and not for EventBridge, whose documents do not say so",
    ),
    Gap(
        "Lambda",
        "a recursive loop of one function through S3, SNS or SQS is stopped after about 16 "
        "invocations",
        "messages of a queue come back, and otherwise the simulator ends the run, with the loop's "
        "name; loops through EventBridge and streams, which AWS does not stop, end it after 256; "
        "sandboxes do not stop loops",
    ),
    Gap(
        "all",
        "calls, cold starts and handlers take time",
        "drawn in the simulator from estimated distributions, since AWS publishes orders of "
        "magnitude only (`tests/simulator/test_contention.py`)",
    ),
    Gap(
        "all",
        "documented behaviour",
        "compared with the documentation only: no account was available",
    ),
    Gap(
        "DynamoDB",
        "DynamoDB itself",
        "moto, which LocalStack ships, answers in the column of LocalStack alone; LocalStack's own "
        "provider needs Java",
    ),
    Gap(
        "DynamoDB",
        "streams of tables invoke functions",
        "tested for Wavetank (`tests/live/test_streams.py`); LocalStack alone downloads a server",
    ),
    Gap(
        "Kinesis",
        "shards, records, iterators, retention, resharding",
        "tested for Wavetank (`tests/live/test_streams.py`, `tests/unit/emulator/kinesis`); "
        "LocalStack alone downloads a server",
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
        "EventBridge",
        "a failed delivery is retried for 24 hours and up to 185 times, with backoff and jitter",
        "tested in virtual time (`tests/unit/emulator/target_delivery`); the delays, and which "
        "error has which code, are not documented",
    ),
    Gap(
        "EventBridge",
        "a value within the text of an input template is not escaped",
        "so documented; that an object which it breaks is not delivered (INVALID_JSON) is not",
    ),
    Gap(
        "EventBridge Scheduler",
        "time zones, daylight saving time, flexible windows, start and end dates",
        "tested in virtual time (`tests/unit/core/test_invocation_plan.py`); the place of an "
        "invocation within its window, the notification without an input, and which errors are "
        "retried are not documented",
    ),
    Gap(
        "CloudWatch Logs",
        "all syntax of filter patterns",
        "tested with the user guide's examples (`tests/unit/emulator/logs`); texts of errors are "
        "not documented",
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
        "Streams",
        "a mapping of a Kinesis stream reads shards in order after a split, and passes on the data "
        "of filtered records unchanged",
        "tested for Wavetank (`tests/live/test_streams.py`); LocalStack alone downloads a server",
    ),
    Gap(
        "SNS e-mail",
        "a token expires after two days; more than ten messages a second suspend the address",
        "tested for Wavetank (`tests/live/test_mailbox.py`); LocalStack alone has neither",
    ),
)
