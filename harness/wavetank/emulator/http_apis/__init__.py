"""HTTP APIs, AWS::ApiGatewayV2, of which LocalStack's free version has neither service nor types.

resources  CloudFormation's resource types, which store their properties
serving    calls of clients on a sandbox; a simulation calls a stage itself

What an API does with a request is in `http_entries`. CloudFormation resolves what a template refers
to, so an API is what its resources were created with. There is no `apigatewayv2` client.
"""
