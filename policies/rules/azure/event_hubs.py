"""Event Hubs: the way by which customers' messages come in."""

from typing import Final

from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.tables import tls_setting

NAMESPACE: Final = "azure-native:eventhub:Namespace"
RULE_SET: Final = "azure-native:eventhub:NamespaceNetworkRuleSet"
HUB: Final = "azure-native:eventhub:EventHub"

_LONGEST_HOURS: Final = 7 * 24
_FEWEST_HOURS: Final = 24
"""In a day somebody has mended what takes messages out."""


@rule(NAMESPACE)
def event_hubs_take_entra_sign_in_only(namespace: Resource) -> Findings:
    """A shared key opens all customers' messages to whoever has it, and leaves no name behind."""
    if not namespace.get("disable_local_auth", False):
        yield "shared keys open the messages: set disable_local_auth=True"


@rule(NAMESPACE)
def event_hubs_take_strongest_tls_only(namespace: Resource) -> Findings:
    """What is sent under an old version of TLS can be read and changed on its way."""
    setting = tls_setting("azure-event-hubs")
    if namespace.get("minimum_tls_version", "1.0") not in setting.accepted:
        yield f"the namespace takes weaker TLS than it offers: set minimum_tls_version to {setting.accepted[0]}"


@rule(NAMESPACE, RULE_SET)
def event_hubs_are_private(resource: Resource) -> Findings:
    """Messages that the internet reaches are read with one stolen token from anywhere."""
    if resource.get("public_network_access", "Enabled") != "Disabled":
        yield "the messages answer the internet: set public_network_access to Disabled"


@rule(RULE_SET)
def event_hubs_are_closed_by_firewall(rules: Resource) -> Findings:
    """Public access is one switch; behind it the firewall decides once more, and lets in whom its rules name."""
    if rules.get("default_action", "Allow") != "Deny":
        yield "the firewall lets in what no rule names: set default_action to Deny"
    for name in ("ip_rules", "virtual_network_rules"):
        if len(rules.get(name, [])) > 0:
            yield f"the firewall names others who come in: remove {name}"
    if rules.get("trusted_service_access_enabled", False):
        yield "other services of Azure come past the firewall: set trusted_service_access_enabled=False"


@stack_rule(NAMESPACE)
def event_hubs_have_a_firewall(namespace: Resource, stack: Stack) -> Findings:
    """Without a rule set of its own a namespace lets everybody in whom the one switch lets in."""
    if not stack.referring("namespace_name", namespace, [RULE_SET], "name"):
        yield "the namespace has no firewall: add a NamespaceNetworkRuleSet"


@rule(NAMESPACE)
def event_hubs_are_under_own_key(namespace: Resource) -> Findings:
    """What lies under a key of Microsoft's can't be cut off with a key of ours; a key by its version isn't rotated."""
    encryption = namespace.part("encryption")
    if encryption.get("key_source", None) != "Microsoft.KeyVault":
        yield "the messages are under a key of Microsoft's: set encryption.key_source to Microsoft.KeyVault"
    if not encryption.get("require_infrastructure_encryption", False):
        yield "the messages are encrypted once only: set encryption.require_infrastructure_encryption=True"
    keys = list(encryption.get("key_vault_properties", []))
    if not keys:
        yield "the messages have no key of ours: set encryption.key_vault_properties"
    for number, key in enumerate(keys):
        if not key.part("identity").has("user_assigned_identity"):
            yield f"nobody of the stack's opens the key: set identity of encryption.key_vault_properties[{number}]"
        if key.has("key_version"):
            yield f"the namespace stays with one version: remove key_version of key_vault_properties[{number}]"
    if not namespace.part("identity").has("user_assigned_identities"):
        yield "the namespace can't act as the identity that opens its key: set identity.user_assigned_identities"


@rule(NAMESPACE)
def event_hubs_span_zones(namespace: Resource) -> Findings:
    """Messages in one zone are out of reach, or lost, with that zone; other tiers share machines."""
    if not namespace.get("zone_redundant", False):
        yield "the messages lie in one zone: set zone_redundant=True"
    if namespace.part("sku").get("name", "Standard") != "Premium":
        yield "the tier shares machines with strangers and takes no key of ours: set sku.name to Premium"


@rule(HUB)
def event_hub_ends_messages(hub: Resource) -> Findings:
    """What stays in the stream, or is captured from it, is a copy that no customer's deletion reaches.

    What it ends within hours is lost the night on which nobody takes it out.
    """
    retention = hub.part("retention_description")
    # Compaction keeps the last message of each key for good.
    if retention.get("cleanup_policy", "Delete") != "Delete":
        yield "the stream keeps messages for good: set retention_description.cleanup_policy to Delete"
    hours = retention.get("retention_time_in_hours", 24 * hub.get("message_retention_in_days", 7))
    if not 0 < hours <= _LONGEST_HOURS:
        yield f"the stream keeps messages for long: set retention_time_in_hours to {_LONGEST_HOURS} at most"
    elif hours < _FEWEST_HOURS:
        yield f"messages are lost within hours: set retention_time_in_hours to at least {_FEWEST_HOURS}"
    if hub.part("capture_description").get("enabled", False):
        yield "messages are copied out of the stream: remove capture_description"
