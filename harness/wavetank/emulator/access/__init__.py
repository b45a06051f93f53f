"""Who may do what: AWS's policies read, checked and evaluated as IAM and S3 document it.

Pure: a policy's text and a request go in, a decision comes out; nothing here asks LocalStack, the
clock or the environment. Where AWS would look at something that is not known here, a condition key
above all, the answer is no and says so: what is refused here may be allowed on AWS, never the other
way round for want of knowledge.

`document` reads JSON strictly, `patterns` the strings in it, `operators` and `conditions` what a
statement hangs on, `principals` whom it names; `policy` puts them together. `context` and `request`
say what is asked, `evaluation` decides, `messages` words the refusal as AWS does, and
`public_access` tells what S3 calls a public policy. For who looks on,
`matrix` judges a bucket's calls without making them, and `grants` lists what roles have.
"""
