"""The only door to boto3, and what looks at a pipeline or calls it through that door.

clients            clients of a sandbox or of AWS, with time-outs and retries
target             which of the two a command acts on, and how AWS is confirmed
observers          read-only looks at a running pipeline, and waiting for what they see
invoker            invokes the streaming function as its schedule would
service_models     the SDK's descriptions of services, parsed once in a process
http_interception  requests of the SDK carried by a function in this process instead of a socket
sandbox_api        routes that only a sandbox has: deliver now, save now, set the clock
sandbox_http       HTTP to a sandbox, past the host's proxies
sandbox_mailbox    the e-mails that a sandbox has sent
"""
