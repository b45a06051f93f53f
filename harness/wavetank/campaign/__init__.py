"""Many runs of one pipeline in parallel: worker processes, summary, shrinking, regression seeds.

A worker that dies or hangs is replaced. The same works on a Dask cluster, whose library only
`dask_executor` needs.
"""
