"""How AWS turns HTTP requests into events of functions, and their results into answers.

entry           what URLs and APIs have in common
routes          paths with parameters: which route of an API a request has
cors            CORS rules, and what browsers of other origins are answered
payload         what both formats of events and answers have in common
payload_v1      the event of REST APIs and of HTTP APIs in format 1.0, and the answer
payload_v2      the event of function URLs and of HTTP APIs in format 2.0, and the answer
authorizers     functions that decide which requests reach those of an API
served          requests and responses of LocalStack's server
http_api        routes, stages and CORS of an HTTP API, read from its resources
http_api_stage  what a stage does with a request
http_api_store  the resources that are deployed, by account and region
"""
