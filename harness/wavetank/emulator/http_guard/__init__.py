"""The guard in front of LocalStack's chain: which HTTP requests a sandbox answers.

A browser that shows other sites can reach a sandbox on loopback, and who can use a sandbox can run
code in it. So every request is checked before LocalStack parses anything of it.

targets    pure: the request target and the Host header, in one spelling or refused
hosts      pure: which names and addresses are the sandbox's own
origins    pure: origins of web pages, compared exactly, and the patterns of CORS rules
sharing    pure: CORS rules of a bucket, a function URL or an HTTP API, and the headers they give
routing    pure: what a path and a host lead to
policy     pure: whether a request is answered, and with which CORS headers
served     pure: whether LocalStack serves a request as what it was let in for
settings   CORS rules and buckets, as LocalStack has them
bodies     the decision before a long body is received, and the longest that is
websockets the answer to a WebSocket that is refused
handler    the first handler of LocalStack's chain, those that confirm it, and the last finalizer
"""
