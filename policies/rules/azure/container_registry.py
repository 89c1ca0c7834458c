"""The registry from which the services' images come."""

from typing import Final

from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

REGISTRY: Final = "azure-native:containerregistry:Registry"
REPLICATION: Final = "azure-native:containerregistry:Replication"
ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"


@rule(REGISTRY)
def registry_takes_entra_sign_in_only(registry: Resource) -> Findings:
    """Whoever has the registry's own user and password puts images there that run as the services."""
    if registry.get("admin_user_enabled", False):
        yield "the registry has a user of its own: set admin_user_enabled=False"
    if registry.get("anonymous_pull_enabled", False):
        yield "anybody takes images out: set anonymous_pull_enabled=False"


@rule(REGISTRY)
def registry_is_private(registry: Resource) -> Findings:
    """A registry that the internet reaches can be filled with one stolen token from anywhere."""
    if registry.get("public_network_access", "Enabled") != "Disabled":
        yield "the registry answers the internet: set public_network_access to Disabled"
    rules = registry.part("network_rule_set")
    if rules.get("default_action", "Allow") != "Deny":
        yield "the firewall lets in what no rule names: set network_rule_set.default_action to Deny"
    if len(rules.get("ip_rules", [])) > 0:
        yield "the firewall names others who come in: remove network_rule_set.ip_rules"
    if registry.part("sku").get("name", "Basic") != "Premium":
        yield "the tier has no private links: set sku.name to Premium"


@rule(REGISTRY)
def registry_sends_nothing_out(registry: Resource) -> Findings:
    """Images show how the services work; and layers from a name that all registries share can't be told apart."""
    if registry.part("policies").part("export_policy").get("status", "enabled") != "disabled":
        yield "images can be sent to a stranger's registry: set policies.export_policy.status to disabled"
    if not registry.get("data_endpoint_enabled", False):
        yield "layers come from a storage that others share: set data_endpoint_enabled=True"


@rule(REGISTRY)
def registry_keeps_what_runs(registry: Resource) -> Findings:
    """Services run images by digest, without a tag: what deletes untagged images deletes what runs."""
    if registry.part("policies").part("retention_policy").get("status", "disabled") != "disabled":
        yield "images that run are deleted: set policies.retention_policy.status to disabled"


@rule(REGISTRY, REPLICATION)
def registry_spans_zones(registry: Resource) -> Findings:
    """A service that has to start again needs its image, also while a zone or region is out of reach."""
    if registry.get("zone_redundancy", "Disabled") != "Enabled":
        yield "images lie in one zone: set zone_redundancy to Enabled"
    if registry.resource_type == REPLICATION and not registry.get("region_endpoint_enabled", True):
        yield "the copy answers nobody: set region_endpoint_enabled=True"


@rule(REGISTRY)
def registry_lets_services_and_scanners_in(registry: Resource) -> Findings:
    """Services that can't sign in don't start again; images that nothing scans keep the flaws that become known later.

    Azure documentation, "Azure Container Apps image pull with managed identity" and "Allow trusted services to securely
    access a network-restricted container registry".
    """
    if registry.part("policies").part("azureADAuthenticationAsArmPolicy").get("status", "enabled") != "enabled":
        yield "services can't sign in: set policies.azure_ad_authentication_as_arm_policy.status to enabled"
    if registry.get("network_rule_bypass_options", "AzureServices") != "AzureServices":
        yield "Defender can't scan the images: set network_rule_bypass_options to AzureServices"


@stack_rule(REGISTRY)
def registry_is_copied_to_every_region(registry: Resource, stack: Stack) -> Findings:
    """With the registry's region, images are out of reach of the services that take over in the other one."""
    copies = stack.referring("registry_name", registry, [REPLICATION], "name", "registry_name")
    held = {_place(each) for each in (registry, *copies)}
    for environment in stack.of_type(ENVIRONMENT):
        if _place(environment) not in held:
            yield f"images aren't where {environment.resource_name} runs them: add a Replication in that region"


def _place(resource: Resource) -> str:
    """The region; Azure takes `East US` for `eastus`."""
    return resource.location.replace(" ", "").lower()
