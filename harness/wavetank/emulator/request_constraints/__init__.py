"""The constraints of AWS's API models, which its services check before anything else.

constraints  a request's violations, from the SDK's model of the operation; pure
handler      refuses requests with violations, for services with Wavetank's provider
"""
