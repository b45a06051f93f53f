"""What was deployed when and on what grounds, kept beside it: an object in the artifact bucket."""

import hashlib
import json
from dataclasses import asdict, dataclass

from wavetank.deployment.fingerprint import Fingerprint

FOLDER = "deployments/"


@dataclass(frozen=True, kw_only=True)
class DeploymentRecord:
    """One deployment to AWS.

    `passed` names what these bytes had passed before; `untested` is the reason that was given where
    they had passed nothing, or all the same. `verified` says whether AWS then had these bytes.
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
        """Of the object; they sort by time, and none takes another's place."""
        return f"{FOLDER}{self.at}-{hashlib.sha256(self.content).hexdigest()[:8]}.json"

    @property
    def content(self) -> bytes:
        """Of the object."""
        return f"{json.dumps(asdict(self), indent=2)}\n".encode()
