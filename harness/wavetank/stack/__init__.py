"""From the repository to a running pipeline, the same on any target.

package         a handler's folder as the zip that Lambda gets
template        the CloudFormation templates, with what CloudFormation cannot express filled in
cloudformation  one stack brought to a template's state, and why it failed where it did
deployment      the whole pipeline: artifact bucket, storage stack, pipeline stack, first prices
seed            the table's first prices
"""
