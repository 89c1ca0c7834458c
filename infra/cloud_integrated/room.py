"""What all rooms of the service have in common."""

from collections.abc import Sequence

import pulumi

from infra.cloud_integrated.names import Names


class Room(pulumi.ComponentResource):
    """One concern of the service: takes what it needs by name, exposes what its neighbours use."""

    def __init__(self, name: str, *, names: Names, options: pulumi.ResourceOptions) -> None:
        super().__init__(f"hosting:cloud_integrated:{type(self).__name__}", names.logical(name), {}, options)
        self.names = names

    def child(
        self, *, protect: bool | None = None, depends_on: Sequence[pulumi.Resource] = ()
    ) -> pulumi.ResourceOptions:
        """Options for a resource of this room; `protect` for what the engine must not delete."""
        return pulumi.ResourceOptions(parent=self, protect=protect, depends_on=list(depends_on))
