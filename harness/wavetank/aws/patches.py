"""The monkeypatches of the AWS SDK, as data for `wavetank.core.patching`."""

from wavetank.core.patching import VALUE, Patch, PinnedDistribution

BOTO3 = PinnedDistribution("boto3", "1.42.54")
BOTOCORE = PinnedDistribution("botocore", "1.42.54")

SEND = Patch(
    target="botocore.httpsession:URLLib3Session.send",
    form="(self, request)",
    distribution=BOTOCORE,
    reason="a function in this process answers instead of a socket, for every client",
    ours=("aws.http_interception",),
)
GET_RESPONSE = Patch(
    target="botocore.endpoint:Endpoint._do_get_response",
    form="(self, request, operation_model, context)",
    distribution=BOTOCORE,
    reason="a request does not name its service, and signatures of several services are alike",
    ours=("aws.http_interception",),
)
DEFAULT_SESSION = Patch(
    target="boto3:DEFAULT_SESSION",
    form=VALUE,
    distribution=BOTO3,
    reason="it holds credentials, and each handler in this process has its own",
    ours=("aws.http_interception",),
)
LOAD_FILE = Patch(
    target="botocore.loaders:JSONFileLoader.load_file",
    form="(self, file_path)",
    distribution=BOTOCORE,
    reason="each session parses the descriptions of services again; here they are parsed once",
    ours=("aws.service_models",),
)
LIST_AVAILABLE_SERVICES = Patch(
    target="botocore.loaders:Loader.list_available_services",
    form="(self, *args, **kwargs)",
    distribution=BOTOCORE,
    reason="each session lists the folders of descriptions again; here they are listed once",
    ours=("aws.service_models",),
)

PATCHES = (SEND, GET_RESPONSE, DEFAULT_SESSION, LOAD_FILE, LIST_AVAILABLE_SERVICES)
