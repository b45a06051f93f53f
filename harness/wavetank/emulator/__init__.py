"""What runs inside LocalStack: the parts where the free emulator falls short of AWS on our path.

Only this package imports LocalStack, and LocalStack finds it by entry points, so that the same
code works in the harness's own process, in a child process and in the published image.

    executor          Lambda execution environments as processes
    dynamodb          DynamoDB without Java
    s3                S3 that keeps its objects to itself
    async_events      events that arrive during an update of the code
    cloudformation    buckets with all their properties; updates that happen, or fail
"""
