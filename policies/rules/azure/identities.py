"""The identities as which resources in Azure act."""

from policies.properties import Record
from policies.resources import Resource
from policies.rulebook import ANY_TYPE, Findings, not_applicable, rule


@rule(ANY_TYPE)
def azure_resource_acts_as_its_identities(resource: Resource) -> Findings:
    """A store that can't act as the identity that opens its key, or an alarm that can't read, fails when needed."""
    if not resource.resource_type.startswith("azure-native:") or "identity" not in resource.names():
        not_applicable("the resource has no identity")
    identity = resource.part("identity")
    named = identity.get("user_assigned_identities", [])
    # A list, or a map by their ids.
    count = len(named.names()) if isinstance(named, Record) else len(named)
    kinds = {kind.strip() for kind in identity.get("type", "None").split(",")}
    if kinds - {"None", "SystemAssigned", "UserAssigned"}:
        yield "the resource acts as nobody: set identity.type to UserAssigned or SystemAssigned"
    if ("UserAssigned" in kinds) != (count > 0):
        yield "the resource can't act as it should: set identity.type to UserAssigned, with user_assigned_identities"
