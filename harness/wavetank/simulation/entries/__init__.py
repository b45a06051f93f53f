"""What a test or a workload calls over HTTP: function URLs and APIs that invoke functions.

function_url      the URL of a function
rest_api          REST APIs: stages, methods, proxy and mock integrations
deployed_entries  the URLs and APIs that are deployed
http_entries      finds what is called, invokes its function in virtual time, and records the answer

No request leaves the process, and no host name is resolved: a call names the resource and a path.
"""
