"""LocalStack in the caller's own process: no server, no socket, no thread that acts by itself.

localstack       starts it, and answers requests by its gateway
gateway          the handler chain, without handlers that have nothing to do here
messages         faster requests, responses and headers
protocols        faster parsers, which only look for members that a request has
functions        what is deployed as a function: code, configuration, its role's credentials
service_loading  loads services before they are needed
baseline         the state after a deployment, restored before each run
"""
