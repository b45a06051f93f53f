"""What a test or a workload calls over HTTP: function URLs and APIs that invoke functions.

http_call     a request and its answer, as a client sees them
routes        paths with parameters: which route of an API a request has
payload_v1    the event of REST APIs and of HTTP APIs in format 1.0, and the answer
payload_v2    the event of function URLs and of HTTP APIs in format 2.0, and the answer
function_url  the URL of a function
rest_api      REST APIs: stages, methods, proxy and mock integrations
http_entries  finds what is called, invokes its function in virtual time, and records the answer

No request leaves the process, and no host name is resolved: a call names the resource and a path.
"""
