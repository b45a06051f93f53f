"""The guard in front of LocalStack's handler chain: which HTTP requests a sandbox answers.

A browser that shows other sites can reach a sandbox on loopback, and anyone who can use a sandbox
can run code in it. So every request is checked before LocalStack parses it.

targets             pure: the request target and the Host header, canonical or refused
hosts               pure: which names and addresses belong to the sandbox
origins             pure: origins of web pages, compared exactly, and the patterns of CORS rules
sharing             pure: CORS rules of a bucket, a function URL or an HTTP API, and their headers
routing             pure: the route of a path and a host
request_policy      pure: whether a request is answered, and with which CORS headers
route_confirmation  pure: whether LocalStack serves a request by the route that it was admitted for
settings            CORS rules and buckets, as LocalStack has them
bodies              the decision before a long body is received, and the maximum length of bodies
websockets          the response to a refused WebSocket
handler             the handlers in LocalStack's chain, from the first to the finalizer
"""
