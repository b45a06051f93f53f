"""LocalStack inside the caller's own process: no server, no socket, no thread that acts by itself.

localstack  starts it, and answers requests by its gateway
gateway     the chain of handlers, without those that have nothing to do here
messages    requests, responses and headers, made and looked up in less time
protocols   requests parsed without looking for what they do not have
functions   what is deployed as a function: code, configuration, and its role's credentials
baseline    what there is after a deployment, to go back to before each run
"""
