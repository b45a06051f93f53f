"""What runs inside LocalStack: the parts where the free emulator falls short of AWS on our path.

Only this package imports LocalStack, and LocalStack finds it by entry points, so that the same
code works in the harness's own process, in a child process and in the published image.

    executor          Lambda execution environments as processes
    dynamodb          DynamoDB without Java
    signatures        signatures of requests, verified
    sts               temporary credentials of their own for every caller; temporary_keys keeps them
    access            policies of roles, functions and buckets, enforced
    events            rules that count from their creation
    firehose          delivery streams that buffer
    mailbox           e-mail that is confirmed first
    snapshot          what survives a stop
    clock             a wrong clock, on purpose
    ending            a process that ends at once
    listening         on the address that is given, and on no other
    s3                S3 that keeps its objects to itself
    cloudformation    buckets with all their properties; updates that happen, or fail
    site              who may ask our routes, and the list of them
    pages             what a sandbox shows of itself in a browser, and as JSON
    live_faults       faults that somebody switches on, and heals
    deployed, stacks  what is deployed, for those who look on
"""
