"""What ARM refuses beyond the SDK's types, for the types of the table; only what is certain.

A check sees inputs alone and is made in a preview too; a rule also sees what exists and is made when an object is put.
A value that isn't known yet is never refused.
"""

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Check, Cloud, Name, Put, Rule
from localcloud.azure.computed import principals, subnet_range
from localcloud.azure.values import get, has_unknown, region_of, select
from localcloud.backend import UNKNOWN, CheckFailure, Properties

Failures = Iterator[CheckFailure]
Network = IPv4Network | IPv6Network

_GUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

WRAPPING_ROLES: Final[Mapping[str, str]] = {
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": "Key Vault Crypto Officer",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
}
"""Azure's own roles whose holder may wrap and unwrap with a vault's keys (Azure built-in roles, Security)."""

PRIVATE_LINK_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "microsoft.keyvault/vaults": ("vault",),
    "microsoft.storage/storageaccounts": ("blob", "dfs", "file", "queue", "table", "web"),
    "microsoft.app/managedenvironments": ("managedEnvironments",),
}
"""The sub-resources that a private endpoint can lead to (Private Link documentation, "private-link resource")."""


def _is_known(value: Any) -> bool:
    return value is not None and value is not UNKNOWN


def between(pattern: str, low: int, high: int) -> Check:
    """A check that a number lies in a closed range."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, int | float) and not low <= value <= high:
                yield CheckFailure(path, f"{value:g} is outside Azure's range from {low} to {high}")

    return check


def fits(pattern: str, expression: str, words: str) -> Check:
    """A check that a text has a form."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, str) and re.fullmatch(expression, value) is None:
                yield CheckFailure(path, f"{value!r} is not {words}")

    return check


def guid(pattern: str) -> Check:
    """A check that a text is a GUID."""
    return fits(pattern, _GUID, "a GUID")


def one_of(pattern: str, *values: str) -> Check:
    """A check of an enumeration that the SDK leaves open but Azure doesn't."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, str) and value not in values:
                yield CheckFailure(path, f"{value!r} is not one of {', '.join(values)}")

    return check


def ranges(pattern: str) -> Check:
    """A check that a text is an address range in CIDR notation."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            for item_path, item in _items(path, value):
                if isinstance(item, str) and _network(item) is None:
                    yield CheckFailure(item_path, f"{item!r} is not an address range such as 10.0.1.0/24")

    return check


def _items(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", item) for index, item in enumerate(value))
    else:
        yield path, value


def _network(value: Any) -> Network | None:
    try:
        return ip_network(value)
    except ValueError:
        return None


def tags(inputs: Properties) -> Failures:
    """Limits of tags (Azure Resource Manager, "Use tags to organize your resources")."""
    given = inputs.get("tags")
    if not isinstance(given, Mapping):
        return
    if len(given) > 50:
        yield CheckFailure("tags", f"{len(given)} tags are more than the 50 that Azure allows")
    for key, value in given.items():
        if re.search(r"[<>%&\\?/]", key) or len(key) > 512:
            yield CheckFailure(
                "tags", f"the tag name {key!r} is longer than 512 characters or has one of < > % & \\ ? /"
            )
        if isinstance(value, str) and len(value) > 256:
            yield CheckFailure("tags", f"the value of the tag {key!r} is longer than 256 characters")


def name_is_free(cloud: Cloud, put: Put) -> Iterator[str]:
    """Names that are part of a host name are taken once in the whole of Azure."""
    for other in cloud.of_type(put.kind.token):
        if other.name.lower() == ids.name_of(put.identity).lower() and other.identity.lower() != put.identity.lower():
            yield f"the name {other.name} is taken: {other.identity}"


# Key Vault


def vault(inputs: Properties) -> Failures:
    """Soft delete can't be off, and purge protection is never given up (Key Vault, "Soft-delete overview")."""
    if get(inputs, "properties", "enablePurgeProtection") is False:
        yield CheckFailure("properties.enablePurgeProtection", "can't be false: leave it out, or set it for good")
    if get(inputs, "properties", "enableSoftDelete") is False:
        yield CheckFailure("properties.enableSoftDelete", "can't be false: every vault keeps what is deleted")


def vault_lasts(cloud: Cloud, put: Put) -> Iterator[str]:
    """Settings of a vault that can't be taken back, and names that deleted vaults still hold."""
    if put.old is None:
        left = [gone for gone in cloud.deleted.values() if _is_same_vault(gone.identity, put.identity)]
        if left and get(put.inputs, "properties", "createMode") != "recover":
            yield (
                f"the vault {left[0].name} is deleted but its name stays taken until its retention is over: "
                "set properties.createMode to recover, or choose another name"
            )
        return
    before, after = put.old.inputs["properties"], put.inputs["properties"]
    if before.get("enablePurgeProtection") is True and after.get("enablePurgeProtection") is not True:
        yield "purge protection can't be switched off once it is on"
    days = before.get("softDeleteRetentionInDays", 90)
    if after.get("softDeleteRetentionInDays", days) != days:
        yield f"softDeleteRetentionInDays is {days} since the vault was created and can't be changed"


def _is_same_vault(one: str, other: str) -> bool:
    return (
        ids.type_of(one).lower() == "microsoft.keyvault/vaults"
        and ids.name_of(one).lower() == ids.name_of(other).lower()
    )


def key(inputs: Properties) -> Failures:
    """Sizes, and a rotation policy's shortest terms (Key Vault, "Configure key auto-rotation")."""
    size, kind = get(inputs, "properties", "keySize"), get(inputs, "properties", "kty")
    if _is_known(size) and str(kind).startswith("RSA") and size not in (2048, 3072, 4096):
        yield CheckFailure("properties.keySize", f"{size} is not a size of an RSA key: use 2048, 3072 or 4096")
    path = "properties.rotationPolicy.attributes.expiryTime"
    for found, value in select(inputs, path):
        if _days(value) is None or (_days(value) or 0) < 28:
            yield CheckFailure(found, f"{value!r} is not a term of at least 28 days such as P2Y or P90D")
    for term in ("timeAfterCreate", "timeBeforeExpiry"):
        for found, value in select(inputs, f"properties.rotationPolicy.lifetimeActions[].trigger.{term}"):
            if _days(value) is None or (_days(value) or 0) < 7:
                yield CheckFailure(found, f"{value!r} is not a term of at least 7 days such as P1Y or P30D")


def _days(term: Any) -> int | None:
    """The length in days of an ISO 8601 term in years, months, weeks or days; a month counts as 30."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", str(term))
    if match is None or str(term) == "P":
        return None
    return sum(int(number or 0) * days for number, days in zip(match.groups(), (365, 30, 7, 1), strict=True))


def key_fits_vault(cloud: Cloud, put: Put) -> Iterator[str]:
    """A key in hardware needs a premium vault; the name of a deleted key stays taken."""
    found = cloud.get(str(ids.parent(put.identity)))
    sku = get(found.inputs, "properties", "sku", "name") if found else None
    if str(get(put.inputs, "properties", "kty")).endswith("-HSM") and sku != "premium":
        yield "a key in a hardware security module needs a vault with the SKU premium"
    if put.identity.lower() in cloud.deleted:
        yield f"the key {ids.name_of(put.identity)} is deleted, but its name stays taken until its retention is over"


# Storage


def storage_account(inputs: Properties) -> Failures:
    """A customer's key needs a key and an identity that may use it."""
    if get(inputs, "encryption", "keySource") == "Microsoft.Keyvault":
        if get(inputs, "encryption", "keyVaultProperties", "keyVaultUri") is None:
            yield CheckFailure(
                "encryption.keyVaultProperties.keyVaultUri", "the key source Microsoft.Keyvault needs it"
            )
        if inputs.get("identity") is None:
            yield CheckFailure("identity", "an account that is encrypted with a vault's key needs an identity")


def storage_account_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """What is fixed when an account is created (Storage, "Enable infrastructure encryption")."""
    if put.old is None:
        return
    for path in (("encryption", "requireInfrastructureEncryption"), ("immutableStorageWithVersioning", "enabled")):
        if (get(put.old.inputs, *path) or False) != (get(put.inputs, *path) or False):
            yield f"{'.'.join(path)} is fixed since the account was created and can't be changed"


def storage_account_key(cloud: Cloud, put: Put) -> Iterator[str]:
    """The vault's key that encrypts an account exists."""
    found = get(put.inputs, "encryption", "keyVaultProperties")
    uri, name = get(found, "keyVaultUri"), get(found, "keyName")
    if get(put.inputs, "encryption", "keySource") == "Microsoft.Keyvault" and isinstance(uri, str):
        full = f"{uri.rstrip('/')}/keys/{name}"
        yield from _usable_key(cloud, full)


def blob_service(inputs: Properties) -> Failures:
    """Point-in-time restore builds on three other settings (Storage, "Point-in-time restore")."""
    if get(inputs, "restorePolicy", "enabled") is not True:
        return
    for path in (("isVersioningEnabled",), ("changeFeed", "enabled"), ("deleteRetentionPolicy", "enabled")):
        if get(inputs, *path) not in (True, UNKNOWN):
            yield CheckFailure("restorePolicy.enabled", f"point-in-time restore needs {'.'.join(path)}")


def scope(inputs: Properties) -> Failures:
    """A scope has a key exactly if its source is the vault."""
    uri, source = get(inputs, "keyVaultProperties", "keyUri"), inputs.get("source")
    if source == "Microsoft.KeyVault" and uri is None:
        yield CheckFailure("keyVaultProperties.keyUri", "the source Microsoft.KeyVault needs it")
    if source == "Microsoft.Storage" and uri is not None:
        yield CheckFailure("keyVaultProperties.keyUri", "the source Microsoft.Storage doesn't take it")


def scope_key(cloud: Cloud, put: Put) -> Iterator[str]:
    """A scope's key exists, in a vault with purge protection, and the account may use it."""
    uri = get(put.inputs, "keyVaultProperties", "keyUri")
    if put.old is not None:
        before = put.old.inputs.get("requireInfrastructureEncryption") or False
        if (put.inputs.get("requireInfrastructureEncryption") or False) != before:
            yield "requireInfrastructureEncryption is fixed since the scope was created and can't be changed"
    if not isinstance(uri, str) or put.inputs.get("state") == "Disabled":
        return
    problems = list(_usable_key(cloud, uri))
    yield from problems
    account, found = cloud.get(str(ids.parent(put.identity))), cloud.vault_key(uri)
    if problems or account is None or found is None:
        return
    if not principals(cloud, account):
        yield f"the storage account {account.name} has no identity with which to use the key: give it one"
        return
    if not any(_may_wrap(cloud, principal, found.identity) for principal in principals(cloud, account)):
        yield (
            f"the storage account {account.name} may not use the key {found.name}: assign its identity the role "
            f"{WRAPPING_ROLES['e147488a-f6f5-4113-8e2d-b22465e65bf6']} on the key or its vault first"
        )


def _usable_key(cloud: Cloud, uri: str) -> Iterator[str]:
    found = cloud.vault_key(uri)
    vault_found = cloud.get(str(ids.parent(found.identity))) if found else None
    if found is None or vault_found is None:
        yield f"there is no key {uri}"
    elif get(vault_found.inputs, "properties", "enablePurgeProtection") is not True:
        yield f"the vault {vault_found.name} needs purge protection before its keys can encrypt a storage account"
    elif get(found.inputs, "properties", "attributes", "enabled") is False:
        yield f"the key {found.name} is disabled"


def _may_wrap(cloud: Cloud, principal: str, key_identity: str) -> bool:
    """Whether a role lets a principal use a key; a role of one's own is trusted to."""
    vault_found = cloud.get(str(ids.parent(key_identity)))
    if vault_found and get(vault_found.inputs, "properties", "enableRbacAuthorization") is not True:
        entries = select(vault_found.inputs, "properties.accessPolicies[].objectId")
        return any(str(value).lower() == principal.lower() for _, value in entries)
    for assignment in cloud.of_type("azure-native:authorization:RoleAssignment"):
        if str(assignment.inputs["principalId"]).lower() != principal.lower():
            continue
        role = str(assignment.inputs["roleDefinitionId"])
        is_able = ids.name_of(role).lower() in WRAPPING_ROLES or cloud.get(role) is not None
        if is_able and f"{key_identity}/".lower().startswith(str(assignment.inputs["scope"]).rstrip("/").lower() + "/"):
            return True
    return False


def container(inputs: Properties) -> Failures:
    """Overrides of a default scope can only be denied where there is one."""
    if inputs.get("denyEncryptionScopeOverride") is True and inputs.get("defaultEncryptionScope") is None:
        yield CheckFailure("denyEncryptionScopeOverride", "needs defaultEncryptionScope")


def container_lasts(cloud: Cloud, put: Put) -> Iterator[str]:
    """A container's scope is one of the account's, enabled, and chosen for good; public access needs the account's."""
    wanted = put.inputs.get("defaultEncryptionScope")
    account = str(put.identity).rpartition("/blobServices/")[0]
    if put.old is not None:
        for name in ("defaultEncryptionScope", "denyEncryptionScopeOverride"):
            if put.old.inputs.get(name) != put.inputs.get(name):
                yield f"{name} is fixed since the container was created and can't be changed"
    elif isinstance(wanted, str) and wanted != "$account-encryption-key":
        found = cloud.get(f"{account}/encryptionScopes/{wanted}")
        if found is None:
            yield f"the storage account {ids.name_of(account)} has no encryption scope {wanted}"
        elif found.inputs.get("state") == "Disabled":
            yield f"the encryption scope {wanted} is disabled"
    owner = cloud.get(account)
    is_public = put.inputs.get("publicAccess") not in (None, "None")
    if is_public and owner and owner.inputs.get("allowBlobPublicAccess") is not True:
        yield f"public access is not permitted on the storage account {owner.name}"


# Network


def subnets(inputs: Properties) -> Failures:
    """Inline subnets each need a name."""
    for path, value in select(inputs, "subnets[]"):
        if get(value, "name") is None:
            yield CheckFailure(f"{path}.name", "a subnet needs a name")


def subnet(inputs: Properties) -> Failures:
    """A subnet has an address range."""
    if not any(inputs.get(name) for name in ("addressPrefix", "addressPrefixes", "ipamPoolPrefixAllocations")):
        yield CheckFailure("addressPrefix", "a subnet needs an address range")


def subnet_lies_inside(cloud: Cloud, put: Put) -> Iterator[str]:
    """A subnet lies in its network's address space and apart from the other subnets."""
    network = cloud.get(str(ids.parent(put.identity)))
    spaces = get(network.inputs, "addressSpace", "addressPrefixes") if network else None
    own = _networks([put.inputs.get("addressPrefix"), *(put.inputs.get("addressPrefixes") or [])])
    for block in own:
        if isinstance(spaces, list) and not any(_contains(space, block) for space in _networks(spaces)):
            yield f"the address range {block} is outside the virtual network's address space {', '.join(spaces)}"
    for other in cloud.below(network.identity) if network else []:
        if other.identity.lower() == put.identity.lower() or other.kind.token != put.kind.token:
            continue
        theirs = _networks([other.inputs.get("addressPrefix"), *(other.inputs.get("addressPrefixes") or [])])
        if any(_overlap(one, two) for one in own for two in theirs):
            yield f"the address range of the subnet {put.inputs.get('subnetName')} overlaps that of {other.name}"


def _networks(values: list[Any]) -> list[Network]:
    return [network for value in values if isinstance(value, str) and (network := _network(value))]


def _contains(space: Network, block: Network) -> bool:
    if isinstance(space, IPv4Network) and isinstance(block, IPv4Network):
        return block.subnet_of(space)
    return isinstance(space, IPv6Network) and isinstance(block, IPv6Network) and block.subnet_of(space)


def _overlap(one: Network, two: Network) -> bool:
    return one.version == two.version and one.overlaps(two)


def network_keeps_subnets(cloud: Cloud, put: Put) -> Iterator[str]:
    """An address space can't be taken from under a subnet."""
    spaces = get(put.inputs, "addressSpace", "addressPrefixes")
    if put.old is None or not isinstance(spaces, list):
        return
    for other in cloud.below(put.identity):
        block = subnet_range(cloud, other.identity)
        if block and not any(_contains(space, block) for space in _networks(spaces)):
            yield f"the address space leaves out the subnet {other.name} ({block})"


def security_rules(inputs: Properties) -> Failures:
    """Each rule needs a name, and a priority of its own in its direction."""
    found = [value for _, value in select(inputs, "securityRules[]")]
    for index, value in enumerate(found):
        for name in ("name", "priority"):
            if get(value, name) is None:
                yield CheckFailure(f"securityRules[{index}].{name}", "a security rule needs it")
    for (_, one), (index, two) in combinations(enumerate(found), 2):
        same = [get(one, name) == get(two, name) for name in ("priority", "direction")]
        if all(same) and _is_known(get(one, "priority")) and _is_known(get(one, "direction")):
            yield CheckFailure(f"securityRules[{index}].priority", f"{get(one, 'priority')} is taken by another rule")


def public_address(inputs: Properties) -> Failures:
    """Only standard addresses are left (Azure retired basic ones in 2025), and they are static."""
    if get(inputs, "sku", "name") not in ("Standard", "StandardV2", UNKNOWN):
        yield CheckFailure("sku.name", "basic public addresses can't be created any more: use Standard")
    if inputs.get("publicIPAllocationMethod") not in ("Static", UNKNOWN):
        yield CheckFailure("publicIPAllocationMethod", "a standard public address must be Static")


def gateway(inputs: Properties) -> Failures:
    """Shape of a VPN gateway (VPN Gateway, "Configure P2S for Entra ID authentication", "Active-active gateways")."""
    configurations = inputs.get("ipConfigurations")
    client = inputs.get("vpnClientConfiguration")
    count = len(configurations) if isinstance(configurations, list) else 0
    if configurations is UNKNOWN or inputs.get("activeActive") is UNKNOWN:
        pass
    elif inputs.get("activeActive") is True:
        needed = 3 if isinstance(client, Mapping) else 2
        if count < needed:
            yield CheckFailure(
                "ipConfigurations",
                f"an active-active gateway {'with' if needed == 3 else 'without'} VPN clients needs {needed}",
            )
    elif count < 1:
        yield CheckFailure("ipConfigurations", "a gateway needs one with a subnet and a public address")
    kinds = get(client, "vpnAuthenticationTypes")
    if isinstance(kinds, list) and "AAD" in kinds:
        for name in ("aadTenant", "aadAudience", "aadIssuer"):
            if get(client, name) is None:
                yield CheckFailure(f"vpnClientConfiguration.{name}", "sign-in with Entra ID needs it")
        protocols = get(client, "vpnClientProtocols")
        if isinstance(protocols, list) and not has_unknown(protocols) and "OpenVPN" not in protocols:
            yield CheckFailure("vpnClientConfiguration.vpnClientProtocols", "sign-in with Entra ID needs OpenVPN")


def gateway_lies_in_subnet(cloud: Cloud, put: Put) -> Iterator[str]:
    """A gateway lives in the subnet called GatewaySubnet, and its clients' addresses lie outside the network."""
    for _, value in select(put.inputs, "ipConfigurations[].subnet.id"):
        if ids.name_of(str(value)).lower() != "gatewaysubnet":
            yield f"a virtual network gateway must be in a subnet called GatewaySubnet, not {ids.name_of(str(value))}"
            continue
        network = cloud.get(str(ids.parent(str(value))))
        spaces = _networks(get(network.inputs, "addressSpace", "addressPrefixes") or []) if network else []
        pool = get(put.inputs, "vpnClientConfiguration", "vpnClientAddressPool", "addressPrefixes")
        for block in _networks(pool if isinstance(pool, list) else []):
            if any(_overlap(block, space) for space in spaces):
                yield f"the clients' address pool {block} overlaps the virtual network's address space"
                return


def same_region(pattern: str) -> Rule:
    """A rule that what a property names is in the object's own region."""

    def rule(cloud: Cloud, put: Put) -> Iterator[str]:
        own = region_of(put.inputs) or _region_at(cloud, ids.parent(put.identity))
        for path, value in select(put.inputs, pattern):
            other = _region_at(cloud, str(value))
            if other and own and other != own:
                yield f"{path} names {value} in {other}, but this object is in {own}"

    return rule


def _region_at(cloud: Cloud, identity: str | None) -> str | None:
    """The region of an object, or of the nearest one above it that has a region; resource groups don't count."""
    while identity and "/providers/" in identity.lower():
        found = cloud.get(identity)
        if found and (region := region_of(found.inputs)):
            return region
        identity = ids.parent(identity)
    return None


def private_endpoint_groups(_cloud: Cloud, put: Put) -> Iterator[str]:
    """A private endpoint leads to a sub-resource that its target has."""
    for name in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for path, link in select(put.inputs, f"{name}[]"):
            target, groups = get(link, "privateLinkServiceId"), get(link, "groupIds")
            offered = PRIVATE_LINK_GROUPS.get(ids.type_of(str(target)).lower())
            if offered is None:
                continue
            if not isinstance(groups, list) or len(groups) != 1:
                yield f"{path}.groupIds must name one of {', '.join(offered)}"
            elif str(groups[0]).removesuffix("_secondary").lower() not in {item.lower() for item in offered}:
                yield f"{path}.groupIds: {groups[0]!r} is not one of {', '.join(offered)}"


def one_watcher(cloud: Cloud, put: Put) -> Iterator[str]:
    """A subscription has one network watcher a region."""
    root = ids.subscription_of(put.identity)
    for other in cloud.of_type(put.kind.token):
        is_other = other.identity.lower() != put.identity.lower() and ids.subscription_of(other.identity) == root
        if is_other and region_of(other.inputs) == region_of(put.inputs):
            yield f"the region {region_of(put.inputs)} has a network watcher already: {other.identity}"


def flow_log(_cloud: Cloud, put: Put) -> Iterator[str]:
    """Flow logs of security groups can't be created any more (Azure retires them; networks' take their place)."""
    if ids.type_of(str(put.inputs.get("targetResourceId"))).lower() == "microsoft.network/networksecuritygroups":
        yield "flow logs of network security groups can't be created any more: log the virtual network's flows"


# Container Apps


def environment(inputs: Properties) -> Failures:
    """Zone redundancy needs a network (Container Apps, "Reliability")."""
    if inputs.get("zoneRedundant") is True and get(inputs, "vnetConfiguration", "infrastructureSubnetId") is None:
        yield CheckFailure("zoneRedundant", "needs vnetConfiguration.infrastructureSubnetId")


def environment_subnet(cloud: Cloud, put: Put) -> Iterator[str]:
    """The size and delegation of the subnet (Container Apps, "Networking", "Subnet")."""
    identity = get(put.inputs, "vnetConfiguration", "infrastructureSubnetId")
    found = cloud.get(identity) if isinstance(identity, str) else None
    if found is None:
        return
    delegations = {str(value).lower() for _, value in select(found.inputs, "delegations[].serviceName")}
    is_delegated = "microsoft.app/environments" in delegations
    has_profiles = bool(put.inputs.get("workloadProfiles"))
    block = subnet_range(cloud, found.identity)
    if has_profiles and not is_delegated:
        yield f"the subnet {found.name} must be delegated to Microsoft.App/environments"
    if not has_profiles and is_delegated:
        yield f"the subnet {found.name} must not be delegated: the environment has no workload profiles"
    longest = 27 if has_profiles else 23
    if block and block.prefixlen > longest:
        yield f"the subnet {found.name} ({block}) is too small: the environment needs at least a /{longest}"
    for other in cloud.of_type(put.kind.token):
        same = str(get(other.inputs, "vnetConfiguration", "infrastructureSubnetId")).lower() == str(identity).lower()
        if same and other.identity.lower() != put.identity.lower():
            yield f"the subnet {found.name} is used by the environment {other.name} already"


def app(inputs: Properties) -> Failures:
    """A secret that a container reads is one of the app's."""
    declared = {get(value, "name") for _, value in select(inputs, "configuration.secrets[]")}
    if UNKNOWN in declared or get(inputs, "configuration", "secrets") is UNKNOWN:
        return
    for path, value in select(inputs, "template.containers[].env[].secretRef"):
        if value not in declared:
            yield CheckFailure(path, f"the app has no secret {value!r}")


def app_fits_environment(cloud: Cloud, put: Put) -> Iterator[str]:
    """An app needs an environment, and only a workload profile that this has."""
    names = [put.inputs.get(name) for name in ("environmentId", "managedEnvironmentId")]
    found = next((cloud.get(name) for name in names if isinstance(name, str)), None)
    profile = put.inputs.get("workloadProfileName")
    if not any(names):
        yield "a container app needs environmentId"
    elif found and isinstance(profile, str):
        offered = [str(value) for _, value in select(found.inputs, "workloadProfiles[].name")]
        if profile not in offered:
            yield f"the environment {found.name} has no workload profile {profile!r}"


# Front Door


def domain(inputs: Properties) -> Failures:
    """TLS 1.3 alone needs a cipher set of one's own: the predefined ones end at TLS12_2023."""
    version, ciphers = get(inputs, "tlsSettings", "minimumTlsVersion"), get(inputs, "tlsSettings", "cipherSuiteSetType")
    if version == "TLS13" and ciphers not in ("Customized", UNKNOWN):
        yield CheckFailure("tlsSettings.minimumTlsVersion", "TLS13 needs tlsSettings.cipherSuiteSetType Customized")


def route(inputs: Properties) -> Failures:
    """A redirect from HTTP needs both protocols; the origin group is not optional."""
    protocols = inputs.get("supportedProtocols")
    given = set(protocols) if isinstance(protocols, list) else {UNKNOWN}
    if inputs.get("httpsRedirect") == "Enabled" and UNKNOWN not in given and given != {"Http", "Https"}:
        yield CheckFailure("httpsRedirect", "a redirect to HTTPS needs both Http and Https in supportedProtocols")
    if inputs.get("originGroup") is None:
        yield CheckFailure("originGroup", "a route needs an origin group")


def route_has_origin(cloud: Cloud, put: Put) -> Iterator[str]:
    """A route's origin group has an origin that is enabled, and everything is of one profile."""
    group = get(put.inputs, "originGroup", "id")
    profile = put.identity.lower().partition("/afdendpoints/")[0]
    for pattern in ("originGroup.id", "customDomains[].id", "ruleSets[].id"):
        for path, value in select(put.inputs, pattern):
            if not str(value).lower().startswith(profile + "/"):
                yield f"{path} names something of another profile: {value}"
    if isinstance(group, str):
        origins = [item for item in cloud.below(group) if item.inputs.get("enabledState") != "Disabled"]
        if not origins:
            yield f"the origin group {ids.name_of(group)} has no enabled origin yet: create one first"


def premium_link(cloud: Cloud, put: Put) -> Iterator[str]:
    """Private link to an origin is a feature of the premium profile."""
    profile = cloud.get(put.identity.lower().partition("/origingroups/")[0])
    sku = get(profile.inputs, "sku", "name") if profile else None
    if put.inputs.get("sharedPrivateLinkResource") is not None and sku != "Premium_AzureFrontDoor":
        yield "a private link to an origin needs a profile with the SKU Premium_AzureFrontDoor"


def firewall(inputs: Properties) -> Failures:
    """Managed rules are a feature of the premium policy."""
    sets = get(inputs, "managedRules", "managedRuleSets")
    if isinstance(sets, list) and sets and get(inputs, "sku", "name") not in ("Premium_AzureFrontDoor", UNKNOWN):
        yield CheckFailure("managedRules.managedRuleSets", "managed rules need the SKU Premium_AzureFrontDoor")


# Authorization and monitoring


def role_not_given(cloud: Cloud, put: Put) -> Iterator[str]:
    """The same role of the same principal at the same scope exists once; who and where can't be changed."""

    def what(inputs: Properties) -> tuple[str, ...]:
        return tuple(str(inputs.get(name)).strip("/").lower() for name in ("principalId", "scope", "roleDefinitionId"))

    for other in cloud.of_type(put.kind.token):
        if other.identity.lower() != put.identity.lower() and what(other.inputs) == what(put.inputs):
            yield f"the role is assigned already: {other.identity}"


def diagnostics(inputs: Properties) -> Failures:
    """A setting has somewhere to send to, and each entry names a category or a group of them."""
    destinations = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
    if not any(inputs.get(name) for name in destinations):
        yield CheckFailure("workspaceId", f"a diagnostic setting needs one of {', '.join(destinations)}")
    for path, value in select(inputs, "logs[]"):
        if (get(value, "category") is None) == (get(value, "categoryGroup") is None):
            yield CheckFailure(path, "needs either category or categoryGroup")


STORAGE_NAME: Final = Name(r"[a-z0-9]{3,24}", "3 to 24 lower-case letters and digits")
VAULT_NAME: Final = Name(
    r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "3 to 24 letters, digits and single hyphens, with a letter first and no hyphen last",
)
KEY_NAME: Final = Name(r"[A-Za-z0-9-]{1,127}", "1 to 127 letters, digits and hyphens")
SCOPE_NAME: Final = Name(
    r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*", "3 to 63 lower-case letters, digits and single hyphens between them"
)
CONTAINER_NAME: Final = Name(
    r"\$(root|web|logs)|(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
    "3 to 63 lower-case letters, digits and single hyphens between them",
)
GROUP_NAME: Final = Name(r"[\w.()-]{0,89}[\w()-]", "1 to 90 letters, digits, _ . ( ) and hyphens without a dot last")
NETWORK_NAME: Final = Name(
    r"[A-Za-z0-9]([\w.-]{0,78}\w)?", "1 to 80 letters, digits, _ . and hyphens, a letter or digit first, no . or - last"
)
IDENTITY_NAME: Final = Name(r"[A-Za-z0-9][\w-]{2,127}", "3 to 128 letters, digits, _ and hyphens")
APP_NAME: Final = Name(
    r"(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]",
    "2 to 32 lower-case letters, digits and single hyphens, with a letter first and no hyphen last",
)
ENVIRONMENT_NAME: Final = Name(
    r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,58}[A-Za-z0-9]",
    "2 to 60 letters, digits and single hyphens, with a letter first and no hyphen last",
)
WORKSPACE_NAME: Final = Name(r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]", "4 to 63 letters, digits and hyphens")
PROFILE_NAME: Final = Name(r"[A-Za-z0-9](-*[A-Za-z0-9])*", "letters, digits and hyphens between them")
FIREWALL_NAME: Final = Name(r"[A-Za-z][A-Za-z0-9]{0,127}", "1 to 128 letters and digits with a letter first")
RULE_SET_NAME: Final = Name(r"[A-Za-z][A-Za-z0-9]{0,59}", "1 to 60 letters and digits with a letter first")
GUID_NAME: Final = Name(_GUID, "a GUID")
DOMAIN_NAME: Final = Name(
    r"([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z]{2,63}", "a domain name with at least two labels"
)
