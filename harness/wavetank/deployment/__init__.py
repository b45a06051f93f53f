"""Deploy a pipeline from its templates to a sandbox or to AWS, and delete it again.

Packaging, change sets, plan and apply; `preflight` finds blockers before anything changes,
`teardown` deletes, and `pipelines` describes the pipeline that is deployed.
"""
