"""Websites of buckets: serve only what everyone may read, as on AWS.

LocalStack reads the objects as itself, and so serves private buckets. Here they are read without a
signature. An object that is not public is answered with 403, and with the bucket's error document
if that is public.
[Amazon S3 user guide: WebsiteAccessPermissionsReqd, CustomErrorDocSupport; LocalStack 4.14:
services/s3/website_hosting.py]
"""

from html import escape
from http import HTTPStatus
from typing import Any

from localstack.http import Response
from localstack.services.s3 import website_hosting
from localstack.services.s3.website_hosting import S3WebsiteHostingHandler

from wavetank.emulator.iam_enforcement.outside_calls import unsigned_client
from wavetank.emulator.patches import patch_of

READS = frozenset({"exceptions", "get_object", "head_object"})
"""Operations without a signature; a bucket's website configuration is read as LocalStack."""
DENIED = """<html>
<head><title>403 Forbidden</title></head>
<body>
<h1>403 Forbidden</h1>
<ul>
<li>Code: AccessDenied</li>
<li>Message: Access Denied</li>
<li>BucketName: {bucket}</li>
</ul>
<hr/>
</body>
</html>
"""


class PublicReads:
    """S3 client for website handlers, which reads objects without a signature."""

    def __init__(self, own: Any) -> None:
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(unsigned_client("s3") if name in READS else self._own, name)


class PublicWebsites(S3WebsiteHostingHandler):
    """LocalStack's website handler, limited to objects that everyone may read."""

    def __init__(self) -> None:
        super().__init__()
        self.s3_client: Any = PublicReads(self.s3_client)

    def __call__(
        self, request: Any, bucket_name: str, domain: str | None = None, path: str | None = None
    ) -> Response:
        """Serve the object; a denial with its error document, or else a page like S3's own."""
        stock: Any = super().__call__
        try:
            answer: Response = stock(request, bucket_name, domain, path)
        except self.s3_client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.FORBIDDEN:
                raise
            return self._denied(request, bucket_name, path or "")
        return answer

    def _denied(self, request: Any, bucket: str, key: str) -> Response:
        configuration = self.s3_client.get_bucket_website(Bucket=bucket)
        rules: Any = configuration.get("RoutingRules") or []
        rule = self._find_matching_rule(rules, object_key=key, error_code=HTTPStatus.FORBIDDEN)
        if rule:
            redirect: Response = self._get_redirect_from_routing_rule(request, rule)
            return redirect
        document = configuration.get("ErrorDocument")
        page = DENIED.format(bucket=escape(bucket))
        answer = Response(page, HTTPStatus.FORBIDDEN, content_type="text/html; charset=utf-8")
        if document is None:
            return answer
        try:
            found: Response = self._return_error_document(document, bucket, key)
        except (
            self.s3_client.exceptions.ClientError,
            website_hosting.NoSuchKeyFromErrorDocument,
        ):
            return answer  # the error document is missing, or not public either
        if found.status_code == HTTPStatus.NOT_FOUND:
            found.status_code = HTTPStatus.FORBIDDEN
        return found


def check_websites() -> None:
    """Make LocalStack serve websites by `PublicWebsites`; call this before S3 is loaded."""
    patch_of("localstack.services.s3.website_hosting:S3WebsiteHostingHandler").apply(PublicWebsites)
