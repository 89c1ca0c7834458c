"""The one table of simulated resource types, with a line for each, by service.

A line says what the SDK's annotations don't: the ARM id (below the resource group unless it begins with a slash or a
scope), what can't be changed in place, which ARM ids must name something (`uses`: and keep it from being deleted;
`names`: only that), what Azure never gives back, and which rules and computed outputs there are. Everything else comes
from the SDK. To add a type, add its line to its service's module; nothing else is needed.

Ids are those of the REST documentation (learn.microsoft.com/rest/api). `replaces` is what the Azure Native provider
itself replaces for; where ARM can't change a property and the provider knows nothing of it, the update is refused, as
it would be in Azure.
"""

from collections.abc import Mapping
from typing import Final

from localcloud.azure.cloud import Kind
from localcloud.azure.table import (
    access,
    apps,
    backup,
    database,
    dns,
    event_hubs,
    events,
    firewall,
    front_door,
    key_vault,
    monitoring,
    network,
    registry,
    search,
    security,
    storage,
)
from localcloud.azure.table.line import PACKAGE

_SERVICES: Final = (
    *(access, network, firewall, dns, key_vault, storage, database, event_hubs, search, apps, registry, front_door),
    *(monitoring, events, security, backup),
)

KINDS: Final[Mapping[str, Kind]] = {line.token: line for service in _SERVICES for line in service.LINES}
"""Every simulated type, by its token."""

__all__ = ["KINDS", "PACKAGE"]
