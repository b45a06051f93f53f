"""HTTP APIs, AWS::ApiGatewayV2, of which LocalStack's free version has neither service nor types.

definition  routes, stages and CORS of an API, read from its resources
stage       what a stage does with a request: routes, both payload formats, CORS
serving     calls of clients on a sandbox; a simulation calls a stage itself
resources   CloudFormation's resource types, which store their properties here

CloudFormation resolves what a template refers to, so an API is what its resources were created
with. There is no `apigatewayv2` client.
"""
