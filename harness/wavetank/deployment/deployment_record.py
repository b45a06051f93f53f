"""Records of deployments, stored as objects in the artifact bucket."""

import hashlib
import json
from dataclasses import asdict, dataclass

from wavetank.deployment.fingerprint import Fingerprint

FOLDER = "deployments/"


@dataclass(frozen=True, kw_only=True)
class DeploymentRecord:
    """A record of one deployment to AWS, stored in the artifact bucket.

    `passed` names the tests that these bytes had passed; `untested` is the reason given for
    deploying bytes that had passed nothing, or given although they had passed. `verified` says
    whether AWS had exactly these bytes afterwards.
    """

    at: str
    version: str
    account: str
    fingerprint: Fingerprint
    passed: tuple[str, ...]
    untested: str | None
    verified: bool

    @property
    def key(self) -> str:
        """The object's key; keys sort by time, and no record overwrites another."""
        return f"{FOLDER}{self.at}-{hashlib.sha256(self.content).hexdigest()[:8]}.json"

    @property
    def content(self) -> bytes:
        """The object's content, as JSON."""
        return f"{json.dumps(asdict(self), indent=2)}\n".encode()
