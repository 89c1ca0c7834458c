"""Where moto forgets what AWS keeps, or tells less than it holds, it is mended, for the back door as well.

- The replication of a bucket: moto leaves out which encrypted objects are replicated, the filter, and delete markers.
- The policy of a queue: moto drops it when another attribute is set.
"""

from typing import Any, Final

from moto.core.responses import ActionResult
from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.responses import S3Response
from moto.sqs.models import Queue, SQSBackend


def install() -> None:
    """Puts the mended calls in the place of moto's, once in a process."""
    S3Response.get_bucket_replication = _get_bucket_replication
    SQSBackend.set_queue_attributes = _set_queue_attributes


_MOTOS_SET_QUEUE_ATTRIBUTES: Final = SQSBackend.set_queue_attributes


def _set_queue_attributes(self: SQSBackend, queue_name: str, attributes: dict[str, Any]) -> Queue:
    kept = self.get_queue(queue_name).policy
    queue = _MOTOS_SET_QUEUE_ATTRIBUTES(self, queue_name, attributes)
    if "Policy" not in attributes:
        queue.policy = kept
    return queue


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
