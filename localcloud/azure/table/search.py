"""AI Search."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import search as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import search as rules
from localcloud.azure.table.line import ANY, line

_SERVICE: Final = "Microsoft.Search/searchServices"

LINES: Final = (
    line(
        "search:Service",
        f"{_SERVICE}/{{searchServiceName}}",
        replaces=("location",),
        name=rules.SERVICE_NAME,
        checks=(
            rules.service,
            common.between("replicaCount", 1, 12),
            common.one_of(
                "sku.name",
                *("free", "basic", "standard", "standard2", "standard3"),
                *("storage_optimized_l1", "storage_optimized_l2"),
            ),
            common.one_of("publicNetworkAccess", "Enabled", "Disabled", "SecuredByPerimeter"),
            common.one_of("semanticSearch", "disabled", "free", "standard"),
        ),
        rules=(rules.service_lasts, common.name_is_free),
        outputs=Outputs(computed.service_certain, computed.service_generated),
    ),
    line(
        "search:SharedPrivateLinkResource",
        f"{_SERVICE}/{{searchServiceName}}/sharedPrivateLinkResources/{{sharedPrivateLinkResourceName}}",
        names={"properties.privateLinkResourceId": ANY},
    ),
)
