"""The only way to ask for the logs that may hold customers' words: from within the network.

Aware document, 4.e (access only through a secure VPN tunnel) and 5.a (no access as a matter of course).
"""

import pulumi
from pulumi_azure_native import monitor

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks


class PrivateQueries(pulumi.ComponentResource):
    """A private link scope of Azure Monitor that holds the workspace for customers' words, and an endpoint to it.

    The workspace of the audit isn't in it: Sentinel, and whoever looks at its incidents, asks through Azure Resource
    Manager, which takes no private link (Azure documentation, "Design your Azure Monitor private link setup",
    limitations). So the network goes on reaching that one in the open (mode `Open`), as a signed-in identity. The names
    of Azure Monitor are the same for all workspaces; in the network they lead to the endpoint.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:PrivateQueries", name, {}, options)
        scope = monitor.PrivateLinkScope(
            "logs",
            scope_name=placement.name("ampls"),
            resource_group_name=placement.resource_group_name,
            location="Global",
            access_mode_settings=monitor.AccessModeSettingsArgs(
                ingestion_access_mode=monitor.AccessMode.OPEN, query_access_mode=monitor.AccessMode.OPEN
            ),
            tags=placement.tags("logs"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        content = monitor.PrivateLinkScopedResource(
            "content",
            name="content",
            scope_name=scope.name,
            resource_group_name=placement.resource_group_name,
            kind=monitor.ScopedResourceKind.RESOURCE,
            linked_resource_id=audit.content_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._scope_id: pulumi.Output[str] = scope.id
        # A scope takes one change at a time, and an endpoint finds what the scope holds when it is made.
        self._before: list[pulumi.Resource] = [content]
        self.connect(private_links, parent=self)
        self.register_outputs({})

    def connect(self, private_links: PrivateLinks, *, parent: pulumi.Resource) -> None:
        """Gives the logs an address in the network of a region."""
        endpoint = private_links.connect(
            "logs", self._scope_id, group="azuremonitor", parent=parent, after=self._before
        )
        self._before.append(endpoint)
