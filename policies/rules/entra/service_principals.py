"""Applications in Entra: only Microsoft's own, which Conditional Access has to be able to name."""

from typing import Final

from policies.resources import Resource
from policies.rulebook import Findings, rule

PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"

_OF_MICROSOFT: Final = frozenset(
    {
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
        "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5",
        "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
        "d4ebce55-015a-49b5-a083-c84d1797ae8c",
        "e406a681-f3d4-42a8-90b6-c2b029497af1",
    }
)
"""Azure's management, the VPN client, the logs, Key Vault, the enrolment of devices and Storage (Microsoft
documentation, "Verify first-party Microsoft applications in sign-in reports")."""


@rule(PRINCIPAL)
def application_is_of_microsoft(principal: Resource) -> Findings:
    """An application of somebody else signs in by itself, with a secret, and whoever owns it can change that."""
    if principal.get("client_id", None) not in _OF_MICROSOFT:
        yield "the application isn't one of Microsoft's that are reviewed: set client_id to one of them"
    if not principal.get("use_existing", False):
        yield "the tenant's own entry is left aside: set use_existing=True"
    if principal.get("owners", []):
        yield "owners may give the application secrets: remove owners"
