"""The groups of people.

Aware document, 4.a (access is granted to personnel only, as their function needs it).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_azuread as azuread

STANDING: Final[Mapping[str, str]] = {
    "platform": "Builds and keeps the services: looks and restarts, reads no data",
    "on-call": "Takes up incidents, day and night",
    "audit": "Reads the incidents and what became of them",
}
"""Groups whose members ask to join and are reviewed, with what for."""

ELIGIBLE: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "data-readers": ("Reads customers' data, in an approved case", ("platform", "on-call")),
    "key-operators": ("Manages the keys in the vaults, in an approved case", ("platform",)),
    "audit-readers": ("Reads the copy of the audit, in an approved case", ("audit",)),
    "recoverers": ("Fails over, fails back and restores, in an approved case", ("platform", "on-call")),
}
"""Groups without members, with what for, and the groups whose members may be let in for some hours."""


class Groups(pulumi.ComponentResource):
    """Security groups that only those may change who may give Entra's own roles.

    A group that can be assigned to Entra's roles is such a group, whether it has one or not: no administrator of groups
    or users can slip somebody in (Entra documentation, "Use Microsoft Entra groups to manage role assignments"). The
    members of `break-glass` and `approvers` are the settings', and nobody else stays in; the others are left to access
    packages and privileged identity management.
    """

    def __init__(
        self,
        name: str,
        *,
        name_prefix: str,
        break_glass_user_ids: Sequence[str],
        approver_user_ids: Sequence[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:identity:Groups", name, {}, options)
        self._name_prefix = name_prefix
        self.break_glass = self._group(
            "break-glass", "For the day on which Conditional Access locks everybody out", break_glass_user_ids
        )
        self.approvers = self._group("approvers", "Approve and review access", approver_user_ids)
        self.standing: Mapping[str, azuread.Group] = {each: self._group(each, why) for each, why in STANDING.items()}
        self.eligible: Mapping[str, azuread.Group] = {
            each: self._group(each, why) for each, (why, _) in ELIGIBLE.items()
        }
        exported = {
            **self.standing,
            **self.eligible,
            "approvers": self.approvers,
            "break-glass": self.break_glass,
        }
        self.exported: pulumi.Output[dict[str, str]] = pulumi.Output.all(
            *(group.object_id for group in exported.values())
        ).apply(lambda ids: {_setting(each): id_ for each, id_ in zip(exported, ids, strict=True)})
        self.register_outputs({})

    def _group(self, name: str, why: str, members: Sequence[str] | None = None) -> azuread.Group:
        return azuread.Group(
            name,
            display_name=f"{self._name_prefix}-{name}",
            description=why,
            security_enabled=True,
            mail_enabled=False,
            assignable_to_role=True,
            prevent_duplicate_names=True,
            members=members,
            # Stacks name it by its id, and Conditional Access by who is left out.
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )


def _setting(group: str) -> str:
    """What `hosting:aware.accessGroups` calls the group: `on-call` is `onCall` there."""
    first, *rest = group.split("-")
    return first + "".join(word.capitalize() for word in rest)
