"""What one simulated cloud has to do, free of the engine's protocol (`localcloud.provider` speaks that).

Inputs and outputs are plain values (dict, list, str, int, float, bool, None) with the property names of the Pulumi SDK
in camelCase. A value that isn't known yet in a preview is the one object `UNKNOWN`. Secrets arrive unwrapped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol
from wsgiref.types import WSGIApplication

Properties = dict[str, Any]


class _Unknown:
    """A value that the cloud computes later."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


class RejectedError(Exception):
    """The cloud refuses a call. The message is one sentence for the user; nothing was changed."""


class PartlyDoneError(Exception):
    """The object exists, but not all of it could be applied; the engine keeps it and applies everything again."""

    def __init__(self, identity: str, outputs: Properties, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.identity, self.outputs, self.reasons = identity, outputs, tuple(reasons)


@dataclass(frozen=True)
class CheckFailure:
    """One thing that is wrong with the inputs of a resource: `property` is a path such as `ingress[0].fromPort`."""

    property: str
    reason: str


@dataclass(frozen=True)
class Change:
    """A difference between what was deployed and what is wanted, at a property path."""

    path: str
    kind: Literal["add", "delete", "update"]
    replaces: bool = False


@dataclass(frozen=True)
class Found:
    """What the cloud holds of one object: its outputs, and the full inputs that would make it again."""

    identity: str
    outputs: Properties
    inputs: Properties


class Backend(Protocol):
    """One simulated cloud. Each method raises RejectedError where the real cloud would refuse."""

    package: str
    """The Pulumi package it stands in for: `aws`, `azure-native`."""

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Takes the provider's configuration: refuses an account or subscription that isn't this cloud's."""
        ...

    def check(self, kind: str, inputs: Properties) -> tuple[Properties, list[CheckFailure]]:
        """The inputs with the provider's defaults (an unknown `kind` is a failure that says where to add it)."""
        ...

    def diff(self, kind: str, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Change]:
        """What an update would change; `UNKNOWN` counts as a change."""
        ...

    def deletes_before_replacing(self, kind: str, old_inputs: Properties, inputs: Properties) -> bool:
        """Whether the old object has to go before its replacement is made, because both would have one name."""
        ...

    def predict(self, kind: str, urn: str, inputs: Properties) -> Properties:
        """The outputs that are already certain before the object exists (deterministic ids and ARNs)."""
        ...

    def create(self, kind: str, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Makes the object; gives its id and outputs."""
        ...

    def read(self, kind: str, identity: str, inputs: Properties | None) -> Found | None:
        """The object as it is in the cloud now, or None when it is gone.

        In a refresh `inputs` are those of the last deployment: what they left to the cloud stays out of the inputs
        found, and an object that nobody touched gives exactly them back. In an import they are None, and all inputs
        that would make the object again are given.
        """
        ...

    def update(
        self, kind: str, identity: str, old_inputs: Properties, inputs: Properties, *, everything: bool
    ) -> Properties:
        """Brings the object to `inputs`; `everything` after a creation that was only partly done."""
        ...

    def delete(self, kind: str, identity: str, outputs: Properties) -> None:
        """Removes the object; one that is already gone is no error."""
        ...

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """A provider function such as `aws:index/getCallerIdentity:getCallerIdentity`."""
        ...

    def find(self, kind: str, inputs: Properties) -> list[str]:
        """The ids of the objects that a creation with these inputs would have made, by name or by their Name tag."""
        ...

    def back_door(self) -> WSGIApplication:
        """What the cloud holds, over HTTP, past the engine: for tests and for looking around."""
        ...
