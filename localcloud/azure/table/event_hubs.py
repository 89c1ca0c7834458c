"""Event Hubs."""

from typing import Final

from localcloud.azure.cloud import Name, Outputs
from localcloud.azure.computed import event_hubs as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import event_hubs as rules
from localcloud.azure.table.line import IDENTITY, STORAGE, SUBNET, line

_NAMESPACE: Final = "Microsoft.EventHub/namespaces"

LINES: Final = (
    line(
        "eventhub:Namespace",
        f"{_NAMESPACE}/{{namespaceName}}",
        replaces=("location",),
        names={"encryption.keyVaultProperties[].identity.userAssignedIdentity": IDENTITY},
        name=rules.NAMESPACE_NAME,
        checks=(
            rules.namespace,
            common.one_of("sku.name", "Basic", "Standard", "Premium"),
            common.one_of("minimumTlsVersion", "1.0", "1.1", "1.2"),
            common.one_of("publicNetworkAccess", "Enabled", "Disabled", "SecuredByPerimeter"),
            common.between("sku.capacity", 0, 40),
            common.between("maximumThroughputUnits", 0, 40),
        ),
        rules=(rules.namespace_lasts, rules.namespace_keys, common.name_is_free),
        outputs=Outputs(computed.namespace_certain, computed.namespace_generated),
    ),
    line(
        "eventhub:NamespaceNetworkRuleSet",
        f"{_NAMESPACE}/{{namespaceName}}/networkRuleSets/default",
        singleton=True,
        names={"virtualNetworkRules[].subnet.id": SUBNET},
        checks=(common.one_of("defaultAction", "Allow", "Deny"),),
    ),
    line(
        "eventhub:EventHub",
        f"{_NAMESPACE}/{{namespaceName}}/eventhubs/{{eventHubName}}",
        names={"captureDescription.destination.storageAccountResourceId": STORAGE},
        name=rules.HUB_NAME,
        checks=(
            rules.hub,
            common.between("partitionCount", 1, 1024),
            common.between("retentionDescription.retentionTimeInHours", 1, 2160),
        ),
        rules=(rules.hub_fits_namespace,),
        outputs=Outputs(generated=computed.hub_generated),
    ),
    line(
        "eventhub:ConsumerGroup",
        f"{_NAMESPACE}/{{namespaceName}}/eventhubs/{{eventHubName}}/consumergroups/{{consumerGroupName}}",
        name=Name(r"\$Default|[A-Za-z0-9]([\w.-]{0,48}[A-Za-z0-9])?", "1 to 50 letters, digits, _ . and hyphens"),
        outputs=Outputs(generated=computed.times),
    ),
)
