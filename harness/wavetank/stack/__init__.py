"""From the repository to a running pipeline, the same on any target.

package         a handler's folder as the zip that Lambda gets
own_handler     somebody's own script, read and refused or made such a zip
own_names       the resources that it names, against the deployed ones
own_places      the region and the endpoints that it names
broken_package  such a zip with a large portion commented out
artifacts       the bucket that CloudFormation fetches zips and long templates from
template        the CloudFormation templates, with what CloudFormation cannot express filled in
changes         a change set as values: what is added, changed, replaced, deleted, and lost
cloudformation  one stack brought to a template's state, and why it failed where it did
change_sets     how it is changed
following       how it is waited for, also by whoever did not begin
reasons         why a resource failed, in plain words
ownership       whether a stack of our name is ours
remedies        stacks that nobody can update, put right
deployment      the whole pipeline: artifact bucket, storage stack, pipeline stack, first prices
deployed        what of it is on a target, read from there
plan            what deploying would do, asked without doing it
preview         one stack's change set, made to be looked at and deleted again
fingerprint     what is deployed, or would be, told by its bytes
records         what was deployed on which grounds, kept beside it
seed            the table's first prices
trouble         what AWS refuses and the network loses, with what to do next
"""
