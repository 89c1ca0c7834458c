"""AI Search: who finds, over which network, under whose key."""

from typing import Final

from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

SERVICE: Final = "azure-native:search:Service"
LINK: Final = "azure-native:search:SharedPrivateLinkResource"
VAULT: Final = "azure-native:keyvault:Vault"

_OWN_MACHINES: Final = ("standard", "standard2", "standard3", "storage_optimized_l1", "storage_optimized_l2")


@rule(SERVICE)
def search_takes_entra_sign_in_only(service: Resource) -> Findings:
    """A key of the service finds in all tenants' indexes, for whoever has it."""
    if not service.get("disable_local_auth", False):
        yield "shared keys open all indexes: set disable_local_auth=True"
    if service.has("auth_options"):
        yield "shared keys may come back: remove auth_options"


@rule(SERVICE)
def search_is_private(service: Resource) -> Findings:
    """Indexes that the internet reaches are read with one stolen token from anywhere."""
    if str(service.get("public_network_access", "enabled")).lower() != "disabled":
        yield "the indexes answer the internet: set public_network_access to disabled"
    rules = service.part("network_rule_set")
    if len(rules.get("ip_rules", [])) > 0:
        yield "the firewall names others who come in: remove network_rule_set.ip_rules"
    if rules.get("bypass", "None") != "None":
        yield "other services of Azure come past the firewall: set network_rule_set.bypass to None"


@rule(SERVICE)
def search_sends_nothing_out(service: Resource) -> Findings:
    """What the service fetches or enriches by itself carries customers' words to where nobody sees them."""
    if list(service.get("data_exfiltration_protections", [])) != ["BlockAll"]:
        yield "the service may send content elsewhere: set data_exfiltration_protections to BlockAll"
    if service.get("semantic_search", "free") != "disabled":
        yield "a service that nobody has reviewed ranks customers' words: set semantic_search to disabled"


@rule(SERVICE)
def search_demands_own_keys(service: Resource) -> Findings:
    """An index without its tenant's key can't be cut off or erased with that key."""
    if service.part("encryption_with_cmk").get("enforcement", "Unspecified") != "Enabled":
        yield "an index may lie under a key of Microsoft's: set encryption_with_cmk.enforcement to Enabled"
    if "SystemAssigned" not in service.part("identity").get("type", "None"):
        yield "the service has no identity to open the tenants' keys: set identity.type to SystemAssigned"


@rule(SERVICE)
def search_spans_zones(service: Resource) -> Findings:
    """Fewer replicas than zones leave the indexes in fewer zones; the cheap tiers have no machines of their own."""
    if service.get("replica_count", 1) < 3:
        yield "the indexes lie in fewer than three zones: set replica_count to at least 3"
    if service.part("sku").get("name", "free") not in _OWN_MACHINES:
        yield "the tier shares machines with strangers: set sku.name to standard or better"


@stack_rule(LINK)
def search_reaches_own_vaults_only(link: Resource, stack: Stack) -> Findings:
    """A private link to a stranger's resource is a way out that no firewall sees."""
    vaults = {VAULT: ("id",)}

    def read() -> str | None:
        return link.properties.get("private_link_resource_id", None)

    if not means(stack, link, "properties", read=read, targets=vaults):
        yield "the link leads to something else than a vault of the stack: set private_link_resource_id to one"
    if link.properties.get("group_id", None) != "vault":
        yield "the link leads to another part of it: set group_id to vault"
