"""Container registries."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import registry as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import registry as rules
from localcloud.azure.table.line import line

_REGISTRY: Final = "Microsoft.ContainerRegistry/registries"

LINES: Final = (
    line(
        "containerregistry:Registry",
        f"{_REGISTRY}/{{registryName}}",
        replaces=("location",),
        name=rules.REGISTRY_NAME,
        checks=(
            rules.registry,
            common.one_of("sku.name", "Classic", "Basic", "Standard", "Premium"),
            common.one_of("zoneRedundancy", "Enabled", "Disabled"),
            common.one_of("publicNetworkAccess", "Enabled", "Disabled"),
            common.between("policies.retentionPolicy.days", 0, 365),
            common.between("policies.softDeletePolicy.retentionDays", 1, 90),
        ),
        rules=(rules.registry_lasts, rules.registry_key, common.name_is_free),
        outputs=Outputs(computed.registry_certain, computed.registry_generated),
    ),
    line(
        "containerregistry:Replication",
        f"{_REGISTRY}/{{registryName}}/replications/{{replicationName}}",
        replaces=("location", "zoneRedundancy"),
        rules=(rules.replication_elsewhere,),
        outputs=Outputs(generated=computed.replication_generated),
    ),
)
