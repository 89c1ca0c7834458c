"""What exists once per Entra tenant, for all stacks in it: the groups of people, and how people prove who they are."""

import pulumi
import pulumi_azuread as azuread

from infra.identity.groups import Groups
from infra.identity.membership import Membership
from infra.identity.privilege import Privilege
from infra.identity.sign_in import SignIn
from infra.settings import IdentitySettings


class Identity(pulumi.ComponentResource):
    """The groups of people, the ways into them, and the conditions under which their members sign in.

    It is a stack of its own, for a second stack of a service would collide with it in the same Entra tenant. Its
    outputs go into the stack files of the services. Whoever deploys it needs, in Entra, the roles Conditional Access
    Administrator, Privileged Role Administrator and Identity Governance Administrator.
    """

    group_ids: pulumi.Output[dict[str, str]]
    """Name of a group, as `hosting:aware.accessGroups` calls it -> its object id."""

    def __init__(self, settings: IdentitySettings) -> None:
        options = settings.identity
        provider = azuread.Provider("azuread", tenant_id=options.entra_tenant_id)
        super().__init__("hosting:identity:Identity", "identity", {}, pulumi.ResourceOptions(providers=[provider]))
        below = pulumi.ResourceOptions(parent=self)
        groups = Groups(
            "groups",
            name_prefix=settings.name_prefix,
            break_glass_user_ids=options.break_glass_user_ids,
            approver_user_ids=options.approver_user_ids,
            options=below,
        )
        SignIn("sign-in", name_prefix=settings.name_prefix, groups=groups, options=below)
        Membership("membership", name_prefix=settings.name_prefix, groups=groups, options=below)
        Privilege("privilege", groups=groups, on_call_email=options.on_call_email, options=below)
        self.group_ids = groups.exported
        self.register_outputs({"service": settings.service, "stack": settings.stack, **options.terms})
