"""HTTP APIs, AWS::ApiGatewayV2, of which LocalStack's free version has neither service nor types.

definition  routes, stages and CORS of an API, read from its resources
resources   CloudFormation's resource types, which store their properties here

CloudFormation resolves what a template refers to, so an API is what its resources were created
with. There is no `apigatewayv2` client.
"""
