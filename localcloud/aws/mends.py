"""Where moto's answer says less than moto holds, the whole is told, so that a look through the back door shows it.

- The replication of a bucket: moto leaves out which encrypted objects are replicated, the filter, and delete markers.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.responses import S3Response


def install() -> None:
    """Puts the whole answers in the place of moto's."""
    S3Response.get_bucket_replication = _get_bucket_replication


def _get_bucket_replication(self: S3Response) -> Any:
    self.data["Action"] = "GetBucketReplication"
    held = self.backend.get_bucket_replication(self.bucket_name)
    if not held:
        raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
    rules = [_rule(rule) for rule in held["Rule"]]
    return self.serialized(ActionResult({"ReplicationConfiguration": {"Role": held["Role"], "Rules": rules}}))


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as the API describes it; moto holds it as it came over the wire."""
    shaped = dict(rule)
    combined = (shaped.get("Filter") or {}).get("And")
    if combined and "Tag" in combined:
        tags: Any = combined["Tag"]
        whole: dict[str, Any] = {"Tags": tags if isinstance(tags, list) else [tags]}
        shaped["Filter"] = {"And": whole | {name: value for name, value in combined.items() if name != "Tag"}}
    return shaped
