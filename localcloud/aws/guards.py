"""Where moto is more lenient than AWS and a proof would prove nothing, AWS's refusal is put in front of it.

- A KMS key that is disabled or waits for its deletion can't be used: moto decrypts with it.
- A key that waits for its deletion can't be changed either: moto enables it.
- A key's deletion window is 7 to 30 days: moto takes any.
- An object under such a key can't be read from or written to S3: moto never asks KMS.
- A load balancer under deletion protection can't be deleted: moto deletes it.
- Its logs can't go to a bucket under a KMS key, or of another region: moto never asks S3.
- A bucket without versions can't be replicated, nor be a replica: moto notes any replication.
- Config can't deliver to a bucket whose objects are locked by default: moto only looks whether the bucket is there.

They hold for every call, the ones through the HTTP back door included.
"""

import functools
import inspect
import struct
from collections.abc import Callable
from typing import Any, Final

from moto.config.models import ConfigBackend
from moto.core.exceptions import JsonRESTError
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.kms.models import KmsBackend, kms_backends
from moto.kms.utils import _deserialize_ciphertext_blob  # pyright: ignore[reportPrivateUsage]  the only one that can
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeKey, S3Backend

from localcloud.aws import bucket_guards

DELETION_WINDOW: Final = (7, 30)
"""Days, shortest and longest (KMS API, ScheduleKeyDeletion, PendingWindowInDays)."""

_USES: Final = (
    "encrypt",
    "generate_data_key",
    "generate_mac",
    "rotate_key_on_demand",
    "sign",
    "verify",
    "verify_mac",
)
_CHANGES: Final = ("disable_key", "disable_key_rotation", "enable_key", "enable_key_rotation")


def install() -> None:
    """Puts the refusals in front of moto, once in a process."""
    if getattr(KmsBackend.encrypt, "is_guarded", False):
        return
    for name in _USES:
        _guard(KmsBackend, name, _refuse_unusable)
    for name in _CHANGES:
        _guard(KmsBackend, name, _refuse_pending)
    _guard(KmsBackend, "decrypt", _refuse_ciphertext)
    _guard(KmsBackend, "schedule_key_deletion", _refuse_window)
    _guard(ELBv2Backend, "delete_load_balancer", _refuse_protected_balancer)
    _guard(ELBv2Backend, "modify_load_balancer_attributes", bucket_guards.refuse_log_delivery)
    _guard(S3Backend, "put_bucket_replication", bucket_guards.refuse_replication)
    _guard(ConfigBackend, "put_delivery_channel", bucket_guards.refuse_channel)
    _guard(S3Backend, "get_object", _refuse_object_read)
    _guard(S3Backend, "put_object", _refuse_object_write)


def _guard(owner: type, name: str, refuse: Callable[[Any, dict[str, Any]], None]) -> None:
    original = getattr(owner, name)
    signature = inspect.signature(original)

    @functools.wraps(original)
    def guarded(self: Any, *positional: Any, **named: Any) -> Any:
        bound = signature.bind(self, *positional, **named)
        bound.apply_defaults()
        refuse(self, bound.arguments)
        return original(self, *positional, **named)

    guarded.is_guarded = True  # type: ignore[attr-defined]
    setattr(owner, name, guarded)


def _refuse_unusable(backend: KmsBackend, arguments: dict[str, Any]) -> None:
    _refuse_key(backend, arguments["key_id"], for_use=True)


def _refuse_pending(backend: KmsBackend, arguments: dict[str, Any]) -> None:
    _refuse_key(backend, arguments["key_id"], for_use=False)


def _refuse_key(backend: KmsBackend, key_id: str, *, for_use: bool) -> None:
    key = backend.keys.get(backend.any_id_to_key_id(key_id))
    # An unknown key is refused by moto itself.
    if key is None:
        return
    if key.key_state == "PendingDeletion":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if for_use and not key.enabled:
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")


def _refuse_ciphertext(backend: KmsBackend, arguments: dict[str, Any]) -> None:
    try:
        key_id = _deserialize_ciphertext_blob(ciphertext_blob=arguments["ciphertext_blob"]).key_id
    except (ValueError, struct.error):
        # No ciphertext of moto's: its own answer says so.
        return
    _refuse_key(backend, key_id, for_use=True)


def _refuse_window(backend: KmsBackend, arguments: dict[str, Any]) -> None:
    shortest, longest = DELETION_WINDOW
    if not shortest <= arguments["pending_window_in_days"] <= longest:
        raise JsonRESTError(
            "ValidationException",
            f"PendingWindowInDays must be between {shortest} and {longest}.",
        )
    _refuse_key(backend, arguments["key_id"], for_use=False)


def _refuse_protected_balancer(backend: ELBv2Backend, arguments: dict[str, Any]) -> None:
    balancer = backend.load_balancers.get(arguments["arn"])
    if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
        raise ELBClientError(
            "OperationNotPermitted",
            f"Load balancer '{arguments['arn']}' cannot be deleted because deletion protection is enabled",
        )


def _refuse_object_read(backend: S3Backend, arguments: dict[str, Any]) -> None:
    bucket = backend.get_bucket(arguments["bucket_name"])
    versions = bucket.keys.getlist(arguments["key_name"], default=[])
    wanted = arguments["version_id"]
    found = [each for each in versions if isinstance(each, FakeKey) and (wanted is None or each.version_id == wanted)]
    if found:
        _refuse_object_key(found[-1].encryption, found[-1].kms_key_id)


def _refuse_object_write(backend: S3Backend, arguments: dict[str, Any]) -> None:
    bucket = backend.get_bucket(arguments["bucket_name"])
    default = bucket.encryption["Rule"]["ApplyServerSideEncryptionByDefault"] if bucket.encryption else {}
    _refuse_object_key(
        arguments["encryption"] or default.get("SSEAlgorithm"),
        arguments["kms_key_id"] or default.get("KMSMasterKeyID"),
    )


def _refuse_object_key(algorithm: str | None, key_arn: str | None) -> None:
    if algorithm not in ("aws:kms", "aws:kms:dsse") or key_arn is None or not key_arn.startswith("arn:"):
        return
    _, _, _, region, account, resource = key_arn.split(":", 5)
    backend = kms_backends[account][region]
    key = backend.keys.get(backend.any_id_to_key_id(resource.removeprefix("key/")))
    if key is None:
        raise S3ClientError("KMS.NotFoundException", f"{key_arn} does not exist.")
    if key.key_state == "PendingDeletion":
        raise S3ClientError("KMS.KMSInvalidStateException", f"{key_arn} is pending deletion.")
    if not key.enabled:
        raise S3ClientError("KMS.DisabledException", f"{key_arn} is disabled.")
