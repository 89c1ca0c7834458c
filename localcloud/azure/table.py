"""The one table of simulated resource types, with a line for each.

A line says what the SDK's annotations don't: the ARM id (below the resource group unless it begins with a slash or a
scope), what can't be changed in place, which ARM ids must name something (`uses`: and keep it from being deleted;
`names`: only that), what Azure never gives back, and which rules and computed outputs there are. Everything else comes
from the SDK. To add a type, add its line here; nothing else is needed.

Ids are those of the REST documentation (learn.microsoft.com/rest/api). `replaces` is what the Azure Native provider
itself replaces for; where ARM can't change a property and the provider knows nothing of it, the update is refused, as
it would be in Azure.
"""

from collections.abc import Mapping
from typing import Final

from localcloud.azure import computed, rules
from localcloud.azure.cloud import Check, Kind, Name, Outputs, Reference, Rule

PACKAGE: Final = "azure-native"

_GROUP: Final = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_SUBNET: Final = "Microsoft.Network/virtualNetworks/subnets"
_VNET: Final = "Microsoft.Network/virtualNetworks"
_NSG: Final = "Microsoft.Network/networkSecurityGroups"
_ADDRESS: Final = "Microsoft.Network/publicIPAddresses"
_WORKSPACE: Final = "Microsoft.OperationalInsights/workspaces"
_STORAGE: Final = "Microsoft.Storage/storageAccounts"
_ENVIRONMENT: Final = "Microsoft.App/managedEnvironments"
_ZONE: Final = "Microsoft.Network/privateDnsZones"
_ROLE: Final = "Microsoft.Authorization/roleDefinitions"
_CDN: Final = "Microsoft.Cdn/profiles"
_WAF: Final = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies"
_IDENTITY: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
_ANY: Final = ""


def _line(
    token: str,
    template: str,
    *,
    replaces: tuple[str, ...] = (),
    uses: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    write_only: tuple[str, ...] = (),
    inline: Mapping[str, str] | None = None,
    singleton: bool = False,
    everywhere: bool = False,
    keeps_parent: bool = False,
    name: Name | None = None,
    checks: tuple[Check, ...] = (),
    rules: tuple[Rule, ...] = (),
    outputs: Outputs | None = None,
) -> Kind:
    is_complete = template.startswith(("/", "{"))
    made = outputs or Outputs()
    return Kind(
        token=f"{PACKAGE}:{token}",
        template=("/" + template.lstrip("/")) if is_complete else f"{_GROUP}/providers/{template}",
        replaces=replaces,
        references={
            "identity.userAssignedIdentities[]": Reference(_IDENTITY, holds=False),
            **{path: Reference(wanted, holds=True) for path, wanted in (uses or {}).items()},
            **{path: Reference(wanted, holds=False) for path, wanted in (names or {}).items()},
        },
        write_only=write_only,
        inline={key: f"{PACKAGE}:{item}" for key, item in (inline or {}).items()},
        singleton=singleton,
        everywhere=everywhere,
        keeps_parent=keeps_parent,
        name=name,
        checks=checks,
        rules=rules,
        certain=made.certain,
        generated=made.generated,
    )


_LINES: Final = (
    # Resource groups, identities, roles, locks
    _line("resources:ResourceGroup", _GROUP, replaces=("location",), name=rules.GROUP_NAME),
    _line(
        "managedidentity:UserAssignedIdentity",
        f"{_IDENTITY}/{{resourceName}}",
        replaces=("location",),
        name=rules.IDENTITY_NAME,
        outputs=Outputs(generated=computed.identity_generated),
    ),
    _line(
        "managedidentity:FederatedIdentityCredential",
        f"{_IDENTITY}/{{resourceName}}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}",
        name=rules.IDENTITY_NAME,
    ),
    _line(
        "authorization:RoleAssignment",
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        replaces=("principalId",),
        names={"scope": _ANY},
        uses={"roleDefinitionId": _ROLE},
        name=rules.GUID_NAME,
        checks=(
            rules.guid("principalId"),
            rules.one_of("principalType", "User", "Group", "ServicePrincipal", "ForeignGroup", "Device"),
        ),
        rules=(rules.role_not_given,),
        outputs=Outputs(generated=computed.role_generated),
    ),
    _line(
        "authorization:RoleDefinition",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
        names={"scope": _ANY},
        name=rules.GUID_NAME,
    ),
    _line(
        "authorization:ManagementLockByScope",
        "{scope}/providers/Microsoft.Authorization/locks/{lockName}",
        names={"scope": _ANY},
        checks=(rules.one_of("level", "CanNotDelete", "ReadOnly"),),
    ),
    _line(
        "authorization:ManagementLockAtResourceGroupLevel",
        "Microsoft.Authorization/locks/{lockName}",
        checks=(rules.one_of("level", "CanNotDelete", "ReadOnly"),),
    ),
    # Network
    _line(
        "network:VirtualNetwork",
        f"{_VNET}/{{virtualNetworkName}}",
        replaces=("location",),
        inline={"subnets": "network:Subnet"},
        uses={"ddosProtectionPlan.id": _ANY},
        name=rules.NETWORK_NAME,
        checks=(rules.subnets, rules.ranges("addressSpace.addressPrefixes")),
        rules=(rules.network_keeps_subnets,),
        outputs=Outputs(generated=computed.network_guid),
    ),
    _line(
        "network:Subnet",
        f"{_SUBNET.rpartition('/')[0]}/{{virtualNetworkName}}/subnets/{{subnetName}}",
        uses={
            "networkSecurityGroup.id": _NSG,
            "natGateway.id": "Microsoft.Network/natGateways",
            "routeTable.id": "Microsoft.Network/routeTables",
        },
        name=rules.NETWORK_NAME,
        checks=(rules.subnet, rules.ranges("addressPrefix"), rules.ranges("addressPrefixes")),
        rules=(rules.subnet_lies_inside, rules.same_region("networkSecurityGroup.id")),
    ),
    _line(
        "network:VirtualNetworkPeering",
        f"{_VNET}/{{virtualNetworkName}}/virtualNetworkPeerings/{{virtualNetworkPeeringName}}",
        names={"remoteVirtualNetwork.id": _VNET},
        name=rules.NETWORK_NAME,
    ),
    _line(
        "network:NetworkSecurityGroup",
        f"{_NSG}/{{networkSecurityGroupName}}",
        name=rules.NETWORK_NAME,
        checks=(rules.security_rules, rules.between("securityRules[].priority", 100, 4096)),
        outputs=Outputs(generated=computed.network_guid),
    ),
    _line(
        "network:SecurityRule",
        f"{_NSG}/{{networkSecurityGroupName}}/securityRules/{{securityRuleName}}",
        name=rules.NETWORK_NAME,
        checks=(rules.between("priority", 100, 4096),),
    ),
    _line(
        "network:RouteTable",
        "Microsoft.Network/routeTables/{routeTableName}",
        name=rules.NETWORK_NAME,
        outputs=Outputs(generated=computed.network_guid),
    ),
    _line(
        "network:Route", "Microsoft.Network/routeTables/{routeTableName}/routes/{routeName}", name=rules.NETWORK_NAME
    ),
    _line(
        "network:PublicIPAddress",
        f"{_ADDRESS}/{{publicIpAddressName}}",
        replaces=("location", "publicIPAddressVersion", "publicIPPrefix", "sku"),
        name=rules.NETWORK_NAME,
        checks=(rules.public_address, rules.between("idleTimeoutInMinutes", 4, 30)),
        outputs=Outputs(generated=computed.address_generated),
    ),
    _line(
        "network:NatGateway",
        "Microsoft.Network/natGateways/{natGatewayName}",
        uses={"publicIpAddresses[].id": _ADDRESS},
        name=rules.NETWORK_NAME,
        checks=(rules.between("idleTimeoutInMinutes", 4, 120),),
        rules=(rules.same_region("publicIpAddresses[].id"),),
        outputs=Outputs(generated=computed.network_guid),
    ),
    _line(
        "network:VirtualNetworkGateway",
        "Microsoft.Network/virtualNetworkGateways/{virtualNetworkGatewayName}",
        uses={"ipConfigurations[].subnet.id": _SUBNET, "ipConfigurations[].publicIPAddress.id": _ADDRESS},
        write_only=(
            "vpnClientConfiguration.radiusServerSecret",
            "vpnClientConfiguration.radiusServers[].radiusServerSecret",
        ),
        name=rules.NETWORK_NAME,
        checks=(
            rules.gateway,
            rules.ranges("vpnClientConfiguration.vpnClientAddressPool.addressPrefixes"),
            rules.one_of("vpnClientConfiguration.vpnClientProtocols[]", "OpenVPN", "IkeV2", "SSTP"),
            rules.one_of("vpnClientConfiguration.vpnAuthenticationTypes[]", "AAD", "Certificate", "Radius"),
        ),
        rules=(
            rules.gateway_lies_in_subnet,
            rules.same_region("ipConfigurations[].subnet.id"),
            rules.same_region("ipConfigurations[].publicIPAddress.id"),
        ),
        outputs=Outputs(generated=computed.network_guid),
    ),
    _line(
        "network:PrivateEndpoint",
        "Microsoft.Network/privateEndpoints/{privateEndpointName}",
        replaces=("subnet",),
        uses={"subnet.id": _SUBNET},
        names={
            "privateLinkServiceConnections[].privateLinkServiceId": _ANY,
            "manualPrivateLinkServiceConnections[].privateLinkServiceId": _ANY,
        },
        name=rules.NETWORK_NAME,
        rules=(rules.private_endpoint_groups, rules.same_region("subnet.id")),
        outputs=Outputs(generated=computed.private_endpoint_generated),
    ),
    _line(
        "network:PrivateDnsZoneGroup",
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
        names={"privateDnsZoneConfigs[].privateDnsZoneId": _ZONE},
        name=rules.NETWORK_NAME,
    ),
    _line(
        "network:NetworkWatcher",
        "Microsoft.Network/networkWatchers/{networkWatcherName}",
        name=rules.NETWORK_NAME,
        rules=(rules.one_watcher,),
    ),
    _line(
        "network:FlowLog",
        "Microsoft.Network/networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
        names={
            "targetResourceId": _ANY,
            "storageId": _STORAGE,
            "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.workspaceResourceId": _WORKSPACE,
        },
        name=rules.NETWORK_NAME,
        checks=(rules.between("retentionPolicy.days", 0, 365),),
        rules=(rules.flow_log, rules.same_region("targetResourceId"), rules.same_region("storageId")),
    ),
    # DNS
    _line(
        "privatedns:PrivateZone",
        f"{_ZONE}/{{privateZoneName}}",
        replaces=("location",),
        everywhere=True,
        name=rules.DOMAIN_NAME,
        outputs=Outputs(generated=computed.zone_generated),
    ),
    _line(
        "privatedns:VirtualNetworkLink",
        f"{_ZONE}/{{privateZoneName}}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
        replaces=("virtualNetwork",),
        uses={"virtualNetwork.id": _VNET},
        everywhere=True,
        keeps_parent=True,
        name=rules.NETWORK_NAME,
        outputs=Outputs(generated=computed.link_generated),
    ),
    _line(
        "privatedns:PrivateRecordSet",
        f"{_ZONE}/{{privateZoneName}}/{{recordType}}/{{relativeRecordSetName}}",
        checks=(rules.one_of("recordType", "A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT"),),
    ),
    _line(
        "dns:Zone",
        "Microsoft.Network/dnsZones/{zoneName}",
        replaces=("location",),
        everywhere=True,
        name=rules.DOMAIN_NAME,
        outputs=Outputs(generated=computed.public_zone_generated),
    ),
    _line(
        "dns:RecordSet",
        "Microsoft.Network/dnsZones/{zoneName}/{recordType}/{relativeRecordSetName}",
        names={"targetResource.id": _ANY},
        checks=(
            rules.one_of(
                "recordType", "A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT"
            ),
        ),
    ),
    # Key Vault
    _line(
        "keyvault:Vault",
        "Microsoft.KeyVault/vaults/{vaultName}",
        names={"properties.networkAcls.virtualNetworkRules[].id": _SUBNET},
        write_only=("properties.createMode",),
        name=rules.VAULT_NAME,
        checks=(
            rules.vault,
            rules.guid("properties.tenantId"),
            rules.between("properties.softDeleteRetentionInDays", 7, 90),
        ),
        rules=(rules.vault_lasts, rules.name_is_free),
        outputs=Outputs(computed.vault_certain, computed.vault_generated),
    ),
    _line(
        "keyvault:Key",
        "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
        name=rules.KEY_NAME,
        checks=(rules.key, rules.one_of("properties.kty", "RSA", "RSA-HSM", "EC", "EC-HSM")),
        rules=(rules.key_fits_vault,),
        outputs=Outputs(computed.key_certain, computed.key_generated),
    ),
    _line(
        "keyvault:Secret",
        "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
        write_only=("properties.value",),
        name=rules.KEY_NAME,
        outputs=Outputs(generated=computed.secret_generated),
    ),
    # Storage
    _line(
        "storage:StorageAccount",
        f"{_STORAGE}/{{accountName}}",
        replaces=("location", "isHnsEnabled"),
        names={
            "networkRuleSet.virtualNetworkRules[].virtualNetworkResourceId": _SUBNET,
            "encryption.encryptionIdentity.encryptionUserAssignedIdentity": _IDENTITY,
        },
        name=rules.STORAGE_NAME,
        checks=(
            rules.storage_account,
            rules.one_of("kind", "Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"),
            rules.one_of("minimumTlsVersion", "TLS1_0", "TLS1_1", "TLS1_2"),
            rules.one_of("encryption.keySource", "Microsoft.Storage", "Microsoft.Keyvault"),
            rules.one_of("publicNetworkAccess", "Enabled", "Disabled", "SecuredByPerimeter"),
        ),
        rules=(rules.storage_account_lasts, rules.storage_account_key, rules.name_is_free),
        outputs=Outputs(computed.storage_certain, computed.storage_generated),
    ),
    _line(
        "storage:BlobServiceProperties",
        f"{_STORAGE}/{{accountName}}/blobServices/{{blobServicesName}}",
        singleton=True,
        name=Name("default", "default"),
        checks=(
            rules.blob_service,
            rules.between("deleteRetentionPolicy.days", 1, 365),
            rules.between("containerDeleteRetentionPolicy.days", 1, 365),
            rules.between("changeFeed.retentionInDays", 1, 146000),
        ),
    ),
    _line(
        "storage:EncryptionScope",
        f"{_STORAGE}/{{accountName}}/encryptionScopes/{{encryptionScopeName}}",
        name=rules.SCOPE_NAME,
        checks=(
            rules.scope,
            rules.one_of("state", "Enabled", "Disabled"),
            rules.one_of("source", "Microsoft.KeyVault", "Microsoft.Storage"),
        ),
        rules=(rules.scope_key,),
        outputs=Outputs(generated=computed.scope_generated),
    ),
    _line(
        "storage:BlobContainer",
        f"{_STORAGE}/{{accountName}}/blobServices/default/containers/{{containerName}}",
        name=rules.CONTAINER_NAME,
        checks=(rules.container,),
        rules=(rules.container_lasts,),
        outputs=Outputs(generated=computed.container_generated),
    ),
    _line(
        "storage:ManagementPolicy",
        f"{_STORAGE}/{{accountName}}/managementPolicies/{{managementPolicyName}}",
        name=Name("default", "default"),
    ),
    # Container Apps
    _line(
        "app:ManagedEnvironment",
        f"{_ENVIRONMENT}/{{environmentName}}",
        replaces=("location", "zoneRedundant"),
        uses={"vnetConfiguration.infrastructureSubnetId": _SUBNET},
        write_only=("appLogsConfiguration.logAnalyticsConfiguration.sharedKey",),
        name=rules.ENVIRONMENT_NAME,
        checks=(rules.environment,),
        rules=(rules.environment_subnet, rules.same_region("vnetConfiguration.infrastructureSubnetId")),
        outputs=Outputs(generated=computed.environment_generated),
    ),
    _line(
        "app:ContainerApp",
        "Microsoft.App/containerApps/{containerAppName}",
        replaces=("environmentId", "managedEnvironmentId", "location"),
        uses={"environmentId": _ENVIRONMENT, "managedEnvironmentId": _ENVIRONMENT},
        write_only=("configuration.secrets[].value",),
        name=rules.APP_NAME,
        checks=(
            rules.app,
            rules.between("template.scale.minReplicas", 0, 1000),
            rules.between("template.scale.maxReplicas", 1, 1000),
            rules.between("configuration.ingress.targetPort", 1, 65535),
        ),
        rules=(
            rules.app_fits_environment,
            rules.same_region("environmentId"),
            rules.same_region("managedEnvironmentId"),
        ),
        outputs=Outputs(generated=computed.app_generated),
    ),
    # Front Door
    _line(
        "cdn:Profile",
        f"{_CDN}/{{profileName}}",
        replaces=("location", "sku.name"),
        everywhere=True,
        name=rules.PROFILE_NAME,
        checks=(rules.between("originResponseTimeoutSeconds", 16, 240),),
        outputs=Outputs(generated=computed.profile_generated),
    ),
    _line(
        "cdn:AFDEndpoint",
        f"{_CDN}/{{profileName}}/afdEndpoints/{{endpointName}}",
        everywhere=True,
        name=rules.PROFILE_NAME,
        outputs=Outputs(generated=computed.endpoint_generated),
    ),
    _line(
        "cdn:AFDOriginGroup",
        f"{_CDN}/{{profileName}}/originGroups/{{originGroupName}}",
        name=rules.PROFILE_NAME,
        checks=(rules.between("healthProbeSettings.probeIntervalInSeconds", 1, 255),),
    ),
    _line(
        "cdn:AFDOrigin",
        f"{_CDN}/{{profileName}}/originGroups/{{originGroupName}}/origins/{{originName}}",
        names={"sharedPrivateLinkResource.privateLink.id": _ANY},
        name=rules.PROFILE_NAME,
        checks=(
            rules.between("priority", 1, 5),
            rules.between("weight", 1, 1000),
            rules.between("httpPort", 1, 65535),
            rules.between("httpsPort", 1, 65535),
        ),
        rules=(rules.premium_link,),
    ),
    _line(
        "cdn:AFDCustomDomain",
        f"{_CDN}/{{profileName}}/customDomains/{{customDomainName}}",
        names={"azureDnsZone.id": "Microsoft.Network/dnsZones", "tlsSettings.secret.id": _ANY},
        name=rules.PROFILE_NAME,
        checks=(rules.domain, rules.fits("hostName", r"[A-Za-z0-9*]([A-Za-z0-9.-]*[A-Za-z0-9])?", "a host name")),
        outputs=Outputs(generated=computed.domain_generated),
    ),
    _line(
        "cdn:Route",
        f"{_CDN}/{{profileName}}/afdEndpoints/{{endpointName}}/routes/{{routeName}}",
        uses={
            "originGroup.id": f"{_CDN}/originGroups",
            "customDomains[].id": f"{_CDN}/customDomains",
            "ruleSets[].id": f"{_CDN}/ruleSets",
        },
        name=rules.PROFILE_NAME,
        checks=(rules.route,),
        rules=(rules.route_has_origin,),
    ),
    _line("cdn:RuleSet", f"{_CDN}/{{profileName}}/ruleSets/{{ruleSetName}}", name=rules.RULE_SET_NAME),
    _line("cdn:Rule", f"{_CDN}/{{profileName}}/ruleSets/{{ruleSetName}}/rules/{{ruleName}}", name=rules.RULE_SET_NAME),
    _line(
        "cdn:SecurityPolicy",
        f"{_CDN}/{{profileName}}/securityPolicies/{{securityPolicyName}}",
        uses={"parameters.wafPolicy.id": _WAF},
        names={"parameters.associations[].domains[].id": _ANY},
        name=rules.PROFILE_NAME,
    ),
    _line(
        "frontdoor:Policy",
        f"{_WAF}/{{policyName}}",
        everywhere=True,
        name=rules.FIREWALL_NAME,
        checks=(rules.firewall,),
    ),
    # Monitoring
    _line(
        "operationalinsights:Workspace",
        f"{_WORKSPACE}/{{workspaceName}}",
        replaces=("location",),
        name=rules.WORKSPACE_NAME,
        checks=(rules.between("retentionInDays", 30, 730),),
        outputs=Outputs(generated=computed.workspace_generated),
    ),
    _line(
        "operationalinsights:Table",
        f"{_WORKSPACE}/{{workspaceName}}/tables/{{tableName}}",
        checks=(rules.between("totalRetentionInDays", 4, 4383),),
    ),
    _line(
        "monitor:DiagnosticSetting",
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        names={"resourceUri": _ANY, "workspaceId": _WORKSPACE, "storageAccountId": _STORAGE},
        checks=(rules.diagnostics,),
    ),
    _line(
        "monitor:ActionGroup",
        "Microsoft.Insights/actionGroups/{actionGroupName}",
        replaces=("location",),
        checks=(rules.fits("groupShortName", r".{1,12}", "a name of at most 12 characters"),),
    ),
)

KINDS: Final[Mapping[str, Kind]] = {line.token: line for line in _LINES}
"""Every simulated type, by its token."""
