"""The only package that uses boto3, with helpers to observe and call a pipeline.

clients            clients of a sandbox or of AWS, with time-outs and retries target             the
sandbox or AWS account that a command uses, and its confirmation observers          read-only
queries of a running pipeline, and waiting for conditions invoker            invokes the streaming
function like its schedule service_models     the SDK's service descriptions, parsed once in a
process http_interception  answers requests of the SDK in this process instead of over a socket
sandbox_api        routes that only a sandbox has: deliver now, save now, set the clock sandbox_http
HTTP to a sandbox, without the host's proxies sandbox_mailbox    the e-mails that a sandbox has sent
"""
