"""Verifies the signatures of AWS API requests, and refuses them with AWS's errors.

message          pure: a request as it was received, before any handler changed it
sigv4            pure: canonical request, string to sign and signature of Signature Version 4
sigv2            pure: the same for S3's older Signature Version 2
claim            pure: the content of a signature: key, scope, time, signed headers
credential       pure: reads who signs, and writes it in the one form that all readers read alike
carriers         pure: reads a claim from the Authorization header or the query
form             pure: the same for the form fields of an S3 POST, and their policy
refusal          pure: why a request is refused
verification     pure: checks a claim against a key, the request and the time
error_responses  AWS's error code, status and message for a refusal, by service
keys             every access key that this sandbox has issued, and its state
body             the body of a request, hashed and then readable again
handler          the handler in LocalStack's chain
internal_calls   LocalStack's calls to itself, which no client can imitate
"""
