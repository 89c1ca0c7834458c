"""What the simulated Azure does and refuses, beyond what holds for every type."""

import pytest

from localcloud.azure import AzureBackend
from localcloud.azure.table import KINDS
from localcloud.backend import UNKNOWN, RejectedError

OTHER = "00000000-0000-4000-8000-00000000000f"


# The provider


@pytest.mark.parametrize("subscription", [None, "", "mine", UNKNOWN, 1])
def test_provider_needs_a_subscription(subscription):
    with pytest.raises(RejectedError, match="subscriptionId"):
        AzureBackend().configure({"subscriptionId": subscription})


def test_provider_refuses_a_tenant_that_is_no_uuid():
    with pytest.raises(RejectedError, match="tenantId"):
        AzureBackend().configure({"subscriptionId": OTHER, "tenantId": "ours"})


def test_provider_must_be_configured_first(world):
    with pytest.raises(RejectedError, match="not been configured"):
        AzureBackend().create("azure-native:resources:ResourceGroup", "urn", world.minimal("resources:ResourceGroup"))


def test_each_subscription_has_its_own_objects(world):
    identity = world.put("network:VirtualNetwork")
    world.backend.configure({"subscriptionId": OTHER})
    assert world.backend.find("azure-native:network:VirtualNetwork", world.minimal("network:VirtualNetwork")) == []
    with pytest.raises(RejectedError, match="the resource group example1 doesn't exist"):
        world.create("network:VirtualNetwork", **world.minimal("network:VirtualNetwork"))
    assert world.exists(identity)


def test_back_door_leads_to_every_subscription(world):
    identity = world.put("network:VirtualNetwork")
    world.backend.configure({"subscriptionId": OTHER})
    other = world.create("resources:ResourceGroup", resourceGroupName="example1", location="eastus")
    network = world.create("network:VirtualNetwork", **world.minimal("network:VirtualNetwork"))
    assert network.startswith(other)
    assert sum("/networkWatchers/" in name for name in world.backend.identities()) == 2
    world.backend.put_body(identity, {"tags": {"a": "b"}}, whole=False)
    assert world.outputs(identity)["tags"] == {"a": "b"}
    assert "tags" not in world.outputs(network)


def test_client_configuration_names_subscription_and_tenant(world):
    found = world.backend.invoke("azure-native:authorization:getClientConfig", {})
    assert found["subscriptionId"] in world.root
    assert found["tenantId"] == world.tenant


def test_there_are_no_tokens(world):
    with pytest.raises(RejectedError, match="no tokens"):
        world.backend.invoke("azure-native:authorization:getClientToken", {})


def test_get_functions_look_objects_up(world):
    world.put("keyvault:Vault")
    arguments = {"resourceGroupName": "example1", "vaultName": "example1"}
    found = world.backend.invoke("azure-native:keyvault:getVault", arguments)
    assert found["properties"]["vaultUri"] == "https://example1.vault.azure.net/"
    with pytest.raises(RejectedError, match="doesn't exist"):
        world.backend.invoke("azure-native:keyvault:getVault", {**arguments, "vaultName": "other"})


def test_other_functions_are_refused(world):
    with pytest.raises(RejectedError, match="azure-native:storage:listStorageAccountKeys"):
        world.backend.invoke("azure-native:storage:listStorageAccountKeys", {})


# Types and names


def test_type_that_is_not_simulated_says_where_to_add_it(world):
    [failure] = world.backend.check("azure-native:compute:Disk", {})[1]
    assert failure.reason == (
        "The local Azure doesn't simulate azure-native:compute:Disk: add a line for it to its service's module in "
        "localcloud/azure/table."
    )
    with pytest.raises(RejectedError, match="add a line"):
        world.backend.create("azure-native:compute:Disk", "urn", {})


@pytest.mark.parametrize("token", ["azure-native:network:Subnett", "azure-native:nosuch:Thing", "azure-native:Thing"])
def test_type_that_the_sdk_lacks_says_so(world, token):
    [failure] = world.backend.check(token, {})[1]
    assert "no resource type" in failure.reason


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("storage:StorageAccount", "Upper1"),
        ("storage:StorageAccount", "ab"),
        ("storage:StorageAccount", "a" * 25),
        ("keyvault:Vault", "a--b"),
        ("keyvault:Vault", "1abc"),
        ("keyvault:Vault", "a" * 25),
        ("keyvault:Key", "a_b"),
        ("storage:EncryptionScope", "a--b"),
        ("storage:EncryptionScope", "Ab1"),
        ("storage:BlobContainer", "-ab"),
        ("storage:BlobContainer", "ab"),
        ("storage:BlobServiceProperties", "other"),
        ("app:ContainerApp", "a" * 33),
        ("authorization:RoleAssignment", "mine"),
        ("frontdoor:Policy", "a-b"),
        ("resources:ResourceGroup", "ends."),
    ],
)
def test_name_that_azure_refuses_is_refused(world, token, name):
    own = KINDS[f"azure-native:{token}"].own_name
    assert any(failure.startswith(f"{own}: {name!r} is not a name") for failure in world.check(token, **{own: name}))


def test_nested_misspelling_is_refused_with_its_path(world):
    rules = [{**world.minimal("network:SecurityRule"), "name": "a", "destinationPortRanges": ["443"], "adress": "x"}]
    for rule in rules:
        for name in ("resourceGroupName", "networkSecurityGroupName", "securityRuleName"):
            del rule[name]
    [failure] = world.check("network:NetworkSecurityGroup", securityRules=rules)
    assert failure.startswith("securityRules[0].adress: ")


def test_wrong_types_and_closed_enumerations_are_refused(world):
    assert world.check("network:VirtualNetwork", enableDdosProtection="yes") == [
        "enableDdosProtection: must be true or false, not text"
    ]
    assert world.check("storage:StorageAccount", networkRuleSet={"defaultAction": "Denied"}) == [
        "networkRuleSet.defaultAction: 'Denied' is not one of Allow, Deny"
    ]
    assert world.check("network:PublicIPAddress", idleTimeoutInMinutes=4.5) == [
        "idleTimeoutInMinutes: must be a whole number, not a number with a fraction"
    ]


def test_empty_values_are_as_if_absent(world):
    inputs = {
        **world.minimal("network:VirtualNetwork"),
        "dhcpOptions": {"dnsServers": None},
        "flowTimeoutInMinutes": None,
    }
    checked, failures = world.backend.check("azure-native:network:VirtualNetwork", inputs)
    assert failures == []
    assert "flowTimeoutInMinutes" not in checked
    assert checked["dhcpOptions"] == {}


# Locations


def test_location_comes_from_the_resource_group(world):
    world.put("resources:ResourceGroup", location="West US 3")
    inputs = world.minimal("network:VirtualNetwork")
    del inputs["location"]
    checked, _ = world.backend.check("azure-native:network:VirtualNetwork", inputs)
    assert checked["location"] == "West US 3"
    assert world.outputs(world.create("network:VirtualNetwork", **checked))["location"] == "westus3"


def test_location_is_unknown_before_its_group_exists(world):
    inputs = world.minimal("network:VirtualNetwork")
    del inputs["location"]
    assert world.backend.check("azure-native:network:VirtualNetwork", inputs)[0]["location"] is UNKNOWN


def test_location_comes_from_the_provider_first(world):
    world.put("resources:ResourceGroup")
    world.backend.configure({"subscriptionId": OTHER, "location": "uksouth"})
    inputs = {"resourceGroupName": "other"}
    assert world.backend.check("azure-native:resources:ResourceGroup", inputs) == (
        {"resourceGroupName": "other", "location": "uksouth"},
        [],
    )


def test_location_is_the_same_however_it_is_written(world):
    old, new = (world.minimal("network:VirtualNetwork", location=item) for item in ("East US", "eastus"))
    assert world.backend.diff("azure-native:network:VirtualNetwork", old, {}, new) == []


def test_what_has_no_region_is_global(world):
    assert world.check("cdn:Profile", location="eastus") == ["location: must be global for this type, not 'eastus'"]


def test_objects_are_not_moved(world):
    identity = world.put("network:NetworkSecurityGroup")
    with pytest.raises(RejectedError, match="can't be moved"):
        world.update(
            "network:NetworkSecurityGroup",
            identity,
            **world.minimal("network:NetworkSecurityGroup", location="uksouth"),
        )


# Parents and references


def test_parent_must_exist(world):
    with pytest.raises(
        RejectedError, match=r"^azure-native:network:VirtualNetwork example1: the resource group example1"
    ):
        world.create("network:VirtualNetwork", **world.minimal("network:VirtualNetwork"))
    world.put("resources:ResourceGroup")
    with pytest.raises(RejectedError, match="virtualNetworks/example1 doesn't exist"):
        world.create("network:Subnet", **world.minimal("network:Subnet"))


def test_scope_of_another_subscription_is_refused(world):
    inputs = world.minimal("authorization:RoleAssignment", scope=f"/subscriptions/{OTHER}/resourceGroups/theirs")
    with pytest.raises(RejectedError, match="is not the provider's subscription"):
        world.create("authorization:RoleAssignment", **inputs)


def test_subscription_itself_is_a_scope(world):
    inputs = world.minimal("authorization:RoleAssignment", scope=world.root)
    identity = world.create("authorization:RoleAssignment", **inputs)
    assert identity.startswith(f"{world.root}/providers/Microsoft.Authorization/")


def test_reference_must_exist(world):
    world.put("network:VirtualNetwork")
    group = {"id": f"{world.network}/networkSecurityGroups/none"}
    with pytest.raises(RejectedError, match=r"networkSecurityGroup\.id names .*/none, which doesn't exist"):
        world.create("network:Subnet", **world.minimal("network:Subnet", networkSecurityGroup=group))


def test_reference_must_be_of_the_right_type(world):
    network = world.put("network:VirtualNetwork")
    with pytest.raises(RejectedError, match=r"must name an object of type Microsoft\.Network/networkSecurityGroups"):
        world.create("network:Subnet", **world.minimal("network:Subnet", networkSecurityGroup={"id": network}))


def test_reference_must_be_an_id(world):
    world.put("network:VirtualNetwork")
    with pytest.raises(RejectedError, match=r"networkSecurityGroup\.id is not an ARM id: mine"):
        world.create("network:Subnet", **world.minimal("network:Subnet", networkSecurityGroup={"id": "mine"}))


def test_reference_that_no_table_lists_must_exist_too(world):
    world.put("network:VirtualNetwork")
    policy = [{"id": f"{world.network}/serviceEndpointPolicies/none"}]
    with pytest.raises(RejectedError, match="which doesn't exist"):
        world.create("network:Subnet", **world.minimal("network:Subnet", serviceEndpointPolicies=policy))


def test_parts_of_an_object_may_be_named(world):
    gateway = world.put("network:VirtualNetworkGateway")
    identity = world.create(
        "monitor:DiagnosticSetting",
        **world.minimal(
            "monitor:DiagnosticSetting",
            resourceUri=gateway,
            workspaceId=world.put("operationalinsights:Workspace"),
            marketplacePartnerId=f"{gateway}/ipConfigurations/one",
        ),
    )
    assert identity.startswith(gateway)


def test_services_of_a_storage_account_exist_with_it(world):
    account = world.put("storage:StorageAccount")
    setting = world.minimal("monitor:DiagnosticSetting", workspaceId=world.put("operationalinsights:Workspace"))
    assert world.create("monitor:DiagnosticSetting", **{**setting, "resourceUri": f"{account}/blobServices/default"})
    with pytest.raises(RejectedError, match="doesn't exist"):
        world.create("monitor:DiagnosticSetting", **{**setting, "resourceUri": f"{account}x/blobServices/default"})


def test_text_in_tags_is_no_reference(world):
    world.put("resources:ResourceGroup")
    world.create(
        "network:VirtualNetwork", **world.minimal("network:VirtualNetwork", tags={"seeAlso": f"{world.network}/none"})
    )


def test_ids_ignore_case(world):
    group = world.put("network:NetworkSecurityGroup")
    world.put("network:VirtualNetwork")
    subnet = world.minimal("network:Subnet", networkSecurityGroup={"id": group.upper()})
    world.create("network:Subnet", **subnet)
    with pytest.raises(RejectedError, match="in use"):
        world.delete("network:NetworkSecurityGroup", group)


def test_nothing_is_created_twice(world):
    world.put("network:VirtualNetwork")
    with pytest.raises(RejectedError, match="already exists"):
        world.create("network:VirtualNetwork", **world.minimal("network:VirtualNetwork"))


def test_value_that_is_not_known_is_refused_at_last(world):
    world.put("resources:ResourceGroup")
    with pytest.raises(RejectedError, match="not known yet"):
        world.create("network:VirtualNetwork", **world.minimal("network:VirtualNetwork", tags={"a": UNKNOWN}))
    with pytest.raises(RejectedError, match="virtualNetworkName must be given"):
        world.backend.create("azure-native:network:VirtualNetwork", "urn", {"resourceGroupName": "example1"})


# Deletion


def test_what_is_in_use_is_not_deleted(world):
    identity = world.put("network:VirtualNetworkGateway")
    subnet = f"{world.network}/virtualNetworks/example1/subnets/GatewaySubnet"
    for token, target in [
        ("network:Subnet", subnet),
        ("network:VirtualNetwork", f"{world.network}/virtualNetworks/example1"),
    ]:
        with pytest.raises(RejectedError, match=r"GatewaySubnet is in use by .*virtualNetworkGateways/example1"):
            world.delete(token, target)
    world.delete("network:VirtualNetworkGateway", identity)
    world.delete("network:VirtualNetwork", f"{world.network}/virtualNetworks/example1")
    assert not world.exists(subnet)


def test_private_zone_waits_for_its_links(world):
    link = world.put(
        "privatedns:VirtualNetworkLink", virtualNetwork={"id": f"{world.network}/virtualNetworks/example1"}
    )
    zone = link.rpartition("/virtualNetworkLinks/")[0]
    with pytest.raises(RejectedError, match="before"):
        world.delete("privatedns:PrivateZone", zone)
    world.delete("privatedns:VirtualNetworkLink", link)
    world.delete("privatedns:PrivateZone", zone)
    assert not world.exists(zone)


def test_resource_group_takes_everything_with_it(world):
    vault = world.put("keyvault:Vault")
    world.delete("resources:ResourceGroup", world.group)
    assert not world.exists(vault)
    world.put("resources:ResourceGroup")
    with pytest.raises(RejectedError, match="deleted but its name stays taken"):
        world.create("keyvault:Vault", **world.minimal("keyvault:Vault"))


def test_lock_forbids_deletion_of_what_is_below(world):
    container = world.put("storage:BlobContainer")
    lock = world.put("authorization:ManagementLockByScope", scope=world.storage)
    with pytest.raises(RejectedError, match="lock"):
        world.delete("storage:BlobContainer", container)
    world.update("storage:BlobContainer", container, **world.minimal("storage:BlobContainer", metadata={"a": "b"}))
    world.delete("authorization:ManagementLockByScope", lock)
    world.delete("storage:BlobContainer", container)
    assert not world.exists(container)


def test_read_only_lock_forbids_changes(world):
    container = world.put("storage:BlobContainer")
    world.put("authorization:ManagementLockByScope", scope=world.storage, level="ReadOnly")
    with pytest.raises(RejectedError, match="lock"):
        world.update("storage:BlobContainer", container, **world.minimal("storage:BlobContainer"))


# Key Vault


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"enablePurgeProtection": False}, "properties.enablePurgeProtection"),
        ({"enableSoftDelete": False}, "properties.enableSoftDelete"),
        ({"softDeleteRetentionInDays": 6}, "properties.softDeleteRetentionInDays"),
        ({"softDeleteRetentionInDays": 91}, "properties.softDeleteRetentionInDays"),
        ({"tenantId": "ours"}, "properties.tenantId"),
    ],
)
def test_vault_settings_that_azure_refuses(world, properties, path):
    given = {**world.minimal("keyvault:Vault")["properties"], **properties}
    [failure] = world.check("keyvault:Vault", properties=given)
    assert failure.startswith(f"{path}: ")


def test_purge_protection_and_retention_stay(world):
    basic = world.minimal("keyvault:Vault")["properties"]
    safe = {**basic, "enablePurgeProtection": True, "softDeleteRetentionInDays": 30}
    identity = world.put("keyvault:Vault", properties=safe)
    for properties, message in [
        ({**basic, "softDeleteRetentionInDays": 30}, "purge protection"),
        ({**safe, "softDeleteRetentionInDays": 31}, "softDeleteRetentionInDays"),
    ]:
        with pytest.raises(RejectedError, match=message):
            world.update("keyvault:Vault", identity, **world.minimal("keyvault:Vault", properties=properties))
    assert world.inputs("keyvault:Vault", identity)["properties"] == safe


def test_deleted_vault_keeps_its_name_and_can_be_recovered_with_its_keys(world):
    key = world.put("keyvault:Key")
    world.delete("keyvault:Vault", world.vault)
    assert not world.exists(key)
    with pytest.raises(RejectedError, match="createMode"):
        world.create("keyvault:Vault", **world.minimal("keyvault:Vault"))
    properties = {**world.minimal("keyvault:Vault")["properties"], "createMode": "recover"}
    world.create("keyvault:Vault", **world.minimal("keyvault:Vault", properties=properties))
    assert world.exists(key)


def test_names_of_vaults_and_accounts_are_taken_once(world):
    for token in ("keyvault:Vault", "storage:StorageAccount"):
        world.put(token)
        with pytest.raises(RejectedError, match="is taken"):
            world.put(token, resourceGroupName="other")


ROTATION = {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P90D"}}]}
KEY = {"kty": "RSA-HSM", "keySize": 3072, "rotationPolicy": ROTATION}
SLOWER = {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P180D"}}]}


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (
            {"properties": {**KEY, "rotationPolicy": SLOWER}},
            "with `az keyvault key rotation-policy update`, and refresh",
        ),
        ({"properties": {"kty": "RSA-HSM", "keySize": 3072}}, "with `az keyvault key rotation-policy update`"),
        ({"properties": {**KEY, "attributes": {"enabled": False}}}, "with `az keyvault key set-attributes`"),
        ({"properties": KEY, "tags": {"Name": "example1"}}, "with `az keyvault key set-attributes`"),
        ({"properties": {**KEY, "keySize": 4096}}, "properties.keySize .* with another name"),
        (
            {"properties": {**KEY, "rotationPolicy": SLOWER, "attributes": {"enabled": False}}},
            "`az keyvault key rotation-policy update` and `az keyvault key set-attributes`",
        ),
    ],
)
def test_key_that_exists_is_not_changed_and_that_is_said(world, change, advice):
    identity = world.put("keyvault:Key", properties=KEY)
    before = world.outputs(identity)
    with pytest.raises(RejectedError, match=f"Azure Resource Manager never changes a key that exists.*{advice}"):
        world.update("keyvault:Key", identity, **world.minimal("keyvault:Key", **change))
    assert world.outputs(identity) == before
    assert world.inputs("keyvault:Key", identity)["properties"] == KEY


def test_key_that_was_changed_in_its_vault_is_brought_back_there_only(world):
    identity = world.put("keyvault:Key", properties=KEY)
    inputs = world.inputs("keyvault:Key", identity)
    world.backend.put_body(identity, {"properties": {"rotationPolicy": SLOWER}}, whole=False)
    assert world.inputs("keyvault:Key", identity)["properties"]["rotationPolicy"] == SLOWER
    with pytest.raises(RejectedError, match="az keyvault key rotation-policy update"):
        world.update("keyvault:Key", identity, **inputs)
    world.backend.put_body(identity, {"properties": {"rotationPolicy": ROTATION}}, whole=False)
    assert world.update("keyvault:Key", identity, **inputs) == world.outputs(identity)


def test_key_is_flat_in_its_outputs(world):
    outputs = world.outputs(world.put("keyvault:Key", properties={"kty": "RSA-HSM", "keySize": 3072}))
    assert (outputs["kty"], outputs["keySize"], outputs["location"]) == ("RSA-HSM", 3072, "eastus")
    assert outputs["keyUri"] == "https://example1.vault.azure.net/keys/example1"
    assert outputs["keyUriWithVersion"].startswith(outputs["keyUri"] + "/")
    assert "properties" not in outputs


def test_key_that_is_gone_is_made_again_by_an_update(world):
    identity = world.put("keyvault:Key")
    world.backend.remove(identity)
    with pytest.raises(RejectedError, match="its name stays taken"):
        world.update("keyvault:Key", identity, **world.minimal("keyvault:Key"))


def test_hardware_key_needs_a_premium_vault(world):
    standard = {**world.minimal("keyvault:Vault")["properties"], "sku": {"family": "A", "name": "standard"}}
    world.put("keyvault:Vault", properties=standard)
    with pytest.raises(RejectedError, match="premium"):
        world.create("keyvault:Key", **world.minimal("keyvault:Key", properties={"kty": "RSA-HSM"}))


@pytest.mark.parametrize(
    "properties",
    [
        {"kty": "RSA", "keySize": 1024},
        {"kty": "oct"},
        {"rotationPolicy": {"attributes": {"expiryTime": "P27D"}}},
        {"rotationPolicy": {"attributes": {"expiryTime": "soon"}}},
        {"rotationPolicy": {"lifetimeActions": [{"trigger": {"timeAfterCreate": "P6D"}}]}},
    ],
)
def test_keys_that_azure_refuses(world, properties):
    assert len(world.check("keyvault:Key", properties=properties)) == 1


# Storage


def test_encryption_scope_is_disabled_and_never_deleted(world):
    identity = world.put("storage:EncryptionScope", state="Enabled")
    world.delete("storage:EncryptionScope", identity)
    assert world.outputs(identity)["state"] == "Disabled"
    with pytest.raises(RejectedError, match="already exists"):
        world.create("storage:EncryptionScope", **world.minimal("storage:EncryptionScope"))


def test_scope_under_a_vault_key(world):
    uri = world.encrypted_storage()
    scope = world.minimal(
        "storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri}, state="Enabled"
    )
    assert world.create("storage:EncryptionScope", **scope).endswith("/encryptionScopes/example1")
    with pytest.raises(RejectedError, match="there is no key"):
        world.create(
            "storage:EncryptionScope",
            **{**scope, "encryptionScopeName": "other", "keyVaultProperties": {"keyUri": uri + "x"}},
        )


def test_scope_needs_the_accounts_right_to_the_key(world):
    uri = world.encrypted_storage()
    assignment = next(name for name in world.backend.identities() if "/roleAssignments/" in name)
    world.delete("authorization:RoleAssignment", assignment)
    with pytest.raises(RejectedError, match="Key Vault Crypto Service Encryption User"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_needs_an_account_with_an_identity(world):
    uri = world.encrypted_storage(identity=None)
    with pytest.raises(RejectedError, match="no identity"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_needs_a_vault_with_purge_protection(world):
    world.put("keyvault:Key")
    world.put("storage:StorageAccount", identity={"type": "SystemAssigned"})
    uri = "https://example1.vault.azure.net/keys/example1"
    with pytest.raises(RejectedError, match="purge protection"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_needs_a_key_that_is_enabled(world):
    uri = world.encrypted_storage()
    world.backend.put_body(
        f"{world.vault}/keys/example1", {"properties": {"attributes": {"enabled": False}}}, whole=False
    )
    with pytest.raises(RejectedError, match="the key example1 is disabled"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_is_encrypted_twice_for_good(world):
    identity = world.put("storage:EncryptionScope", requireInfrastructureEncryption=True)
    with pytest.raises(RejectedError, match="fixed since the scope was created"):
        world.update("storage:EncryptionScope", identity, **world.minimal("storage:EncryptionScope"))


def test_scope_and_key_belong_together(world):
    assert world.check("storage:EncryptionScope", source="Microsoft.KeyVault") == [
        "keyVaultProperties.keyUri: the source Microsoft.KeyVault needs it"
    ]
    key = {"keyUri": "https://a.vault.azure.net/keys/b"}
    assert len(world.check("storage:EncryptionScope", source="Microsoft.Storage", keyVaultProperties=key)) == 1


def test_containers_scope_is_chosen_for_good(world):
    world.put("storage:EncryptionScope")
    scoped = {"defaultEncryptionScope": "example1", "denyEncryptionScopeOverride": True}
    identity = world.put("storage:BlobContainer", **scoped)
    for changed in [
        {},
        {**scoped, "defaultEncryptionScope": "other"},
        {**scoped, "denyEncryptionScopeOverride": False},
    ]:
        with pytest.raises(RejectedError, match="fixed since the container was created"):
            world.update("storage:BlobContainer", identity, **world.minimal("storage:BlobContainer", **changed))


def test_containers_scope_must_be_there_and_enabled(world):
    scoped = {"defaultEncryptionScope": "example1"}
    world.put("storage:StorageAccount")
    with pytest.raises(RejectedError, match="no encryption scope example1"):
        world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", **scoped))
    world.put("storage:EncryptionScope", state="Disabled")
    with pytest.raises(RejectedError, match="disabled"):
        world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", **scoped))


def test_container_is_public_only_where_the_account_allows_it(world):
    world.put("storage:StorageAccount", allowBlobPublicAccess=False)
    with pytest.raises(RejectedError, match="public access"):
        world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", publicAccess="Blob"))
    assert world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", publicAccess="None"))


def test_override_is_denied_only_with_a_scope(world):
    assert len(world.check("storage:BlobContainer", denyEncryptionScopeOverride=True)) == 1


def test_infrastructure_encryption_is_chosen_for_good(world):
    encryption = {"keySource": "Microsoft.Storage", "requireInfrastructureEncryption": True}
    identity = world.put("storage:StorageAccount", encryption=encryption)
    with pytest.raises(RejectedError, match="requireInfrastructureEncryption"):
        world.update("storage:StorageAccount", identity, **world.minimal("storage:StorageAccount"))


def test_account_under_a_vault_key_needs_the_key_and_an_identity(world):
    assert len(world.check("storage:StorageAccount", encryption={"keySource": "Microsoft.Keyvault"})) == 2
    world.put("keyvault:Vault")
    encryption = {
        "keySource": "Microsoft.Keyvault",
        "keyVaultProperties": {"keyVaultUri": "https://example1.vault.azure.net/", "keyName": "none"},
    }
    with pytest.raises(RejectedError, match="there is no key"):
        world.put("storage:StorageAccount", encryption=encryption, identity={"type": "SystemAssigned"})


def test_blob_service_is_there_already_and_reset_by_deletion(world):
    identity = world.put("storage:BlobServiceProperties", isVersioningEnabled=True)
    again = world.minimal("storage:BlobServiceProperties", isVersioningEnabled=True)
    assert world.create("storage:BlobServiceProperties", **again) == identity
    world.delete("storage:BlobServiceProperties", identity)
    world.create("storage:BlobServiceProperties", **world.minimal("storage:BlobServiceProperties"))
    assert "isVersioningEnabled" not in world.outputs(identity)


def test_point_in_time_restore_needs_what_it_builds_on(world):
    restore = {"enabled": True, "days": 7}
    assert len(world.check("storage:BlobServiceProperties", restorePolicy=restore)) == 3


# Network


def test_subnet_lies_in_its_network_apart_from_others(world):
    world.put("network:Subnet")
    for name, prefix, message in [("a", "10.1.0.0/24", "outside"), ("b", "10.0.0.128/25", "overlaps")]:
        with pytest.raises(RejectedError, match=message):
            world.create("network:Subnet", **world.minimal("network:Subnet", subnetName=name, addressPrefix=prefix))


def test_subnets_have_a_name_and_a_range(world):
    assert world.check("network:Subnet", addressPrefix=None) == ["addressPrefix: a subnet needs an address range"]
    assert world.check("network:VirtualNetwork", subnets=[{}]) == [
        "subnets[0].name: a subnet needs a name",
        "subnets[0].addressPrefix: a subnet needs an address range",
    ]


def test_ranges_are_ranges(world):
    assert world.check("network:Subnet", addressPrefix="10.0.0.1/24") == [
        "addressPrefix: '10.0.0.1/24' is not an address range such as 10.0.1.0/24"
    ]
    space = {"addressPrefixes": ["10.0.0.0/16", "nonsense"]}
    assert len(world.check("network:VirtualNetwork", addressSpace=space)) == 1


def test_address_space_keeps_its_subnets(world):
    world.put("network:Subnet")
    network = f"{world.network}/virtualNetworks/example1"
    smaller = world.minimal("network:VirtualNetwork", addressSpace={"addressPrefixes": ["10.1.0.0/16"]})
    with pytest.raises(RejectedError, match="leaves out the subnet example1"):
        world.update("network:VirtualNetwork", network, **smaller)


def test_network_that_lists_its_subnets_makes_and_removes_them(world):
    inputs = world.minimal(
        "network:VirtualNetwork",
        subnets=[{"name": "a", "addressPrefix": "10.0.1.0/24"}, {"name": "b", "addressPrefix": "10.0.2.0/24"}],
    )
    network = world.put("network:VirtualNetwork", **inputs)
    assert world.exists(f"{network}/subnets/b")
    assert [subnet["id"] for subnet in world.outputs(network)["subnets"]] == [f"{network}/subnets/{n}" for n in "ab"]
    world.backend.put_body(f"{network}/subnets/b", {"properties": {"defaultOutboundAccess": False}}, whole=False)
    assert world.inputs("network:VirtualNetwork", network)["subnets"][1]["defaultOutboundAccess"] is False
    world.update("network:VirtualNetwork", network, **{**inputs, "subnets": inputs["subnets"][:1]})
    assert not world.exists(f"{network}/subnets/b")


def test_network_that_lists_no_subnets_keeps_them(world):
    subnet = world.put("network:Subnet")
    network = subnet.rpartition("/subnets/")[0]
    world.update("network:VirtualNetwork", network, **world.minimal("network:VirtualNetwork", tags={"a": "b"}))
    assert world.exists(subnet)


def test_refused_subnet_leaves_nothing_of_its_network(world):
    world.put("resources:ResourceGroup")
    inputs = world.minimal("network:VirtualNetwork", subnets=[{"name": "a", "addressPrefix": "10.9.0.0/24"}])
    with pytest.raises(RejectedError, match="outside"):
        world.create("network:VirtualNetwork", **inputs)
    assert world.backend.identities() == [world.group]


def test_first_network_of_a_region_brings_a_watcher(world):
    world.put("network:VirtualNetwork")
    watcher = f"{world.root}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/"
    assert world.exists(watcher + "NetworkWatcher_eastus")
    with pytest.raises(RejectedError, match="has a network watcher already"):
        world.put("network:NetworkWatcher")


def test_flow_logs_of_security_groups_are_over(world):
    group = world.put("network:NetworkSecurityGroup")
    with pytest.raises(RejectedError, match="security groups"):
        world.put("network:FlowLog", targetResourceId=group)


def test_security_rules_have_priorities_of_their_own(world):
    rule = {"direction": "Inbound", "access": "Deny", "protocol": "*", "priority": 100}
    assert world.check("network:NetworkSecurityGroup", securityRules=[rule]) == [
        "securityRules[0].name: a security rule needs it"
    ]
    both = [{**rule, "name": "a"}, {**rule, "name": "b"}]
    assert world.check("network:NetworkSecurityGroup", securityRules=both) == [
        "securityRules[1].priority: 100 is taken by another rule"
    ]
    both[1]["direction"] = "Outbound"
    assert world.check("network:NetworkSecurityGroup", securityRules=both) == []
    assert len(world.check("network:NetworkSecurityGroup", securityRules=[{**both[0], "priority": 99}])) == 1


def test_public_addresses_are_standard_and_static(world):
    failures = world.check("network:PublicIPAddress", sku=None, publicIPAllocationMethod="Dynamic")
    assert [failure.partition(":")[0] for failure in failures] == ["sku.name", "publicIPAllocationMethod"]


def test_gateway_lies_in_its_own_subnet_with_clients_outside(world):
    world.put("network:Subnet")
    network = f"{world.network}/virtualNetworks/example1"
    wrong = [{"subnet": {"id": f"{network}/subnets/example1"}}]
    with pytest.raises(RejectedError, match="GatewaySubnet, not example1"):
        world.create(
            "network:VirtualNetworkGateway", **world.minimal("network:VirtualNetworkGateway", ipConfigurations=wrong)
        )
    world.create(
        "network:Subnet", **world.minimal("network:Subnet", subnetName="GatewaySubnet", addressPrefix="10.0.1.0/24")
    )
    clients = {"vpnClientAddressPool": {"addressPrefixes": ["10.0.128.0/24"]}}
    with pytest.raises(RejectedError, match="overlaps"):
        world.put("network:VirtualNetworkGateway", vpnClientConfiguration=clients)


def test_gateway_has_the_configurations_that_it_needs(world):
    one = world.minimal("network:VirtualNetworkGateway")["ipConfigurations"]
    clients = {"vpnClientAddressPool": {"addressPrefixes": ["172.16.0.0/24"]}}
    token = "network:VirtualNetworkGateway"
    assert len(world.check(token, ipConfigurations=[])) == 1
    assert len(world.check(token, activeActive=True)) == 1
    assert world.check(token, activeActive=True, ipConfigurations=one * 2) == []
    assert len(world.check(token, activeActive=True, ipConfigurations=one * 2, vpnClientConfiguration=clients)) == 1
    assert world.check(token, activeActive=True, ipConfigurations=one * 3, vpnClientConfiguration=clients) == []


def test_sign_in_with_entra_needs_its_tenant_and_openvpn(world):
    clients = {"vpnAuthenticationTypes": ["AAD"], "vpnClientProtocols": ["IkeV2"]}
    failures = world.check("network:VirtualNetworkGateway", vpnClientConfiguration=clients)
    assert [failure.partition(":")[0].rpartition(".")[2] for failure in failures] == [
        "aadTenant",
        "aadAudience",
        "aadIssuer",
        "vpnClientProtocols",
    ]


def test_private_endpoint_leads_to_what_its_target_offers(world):
    vault = world.put("keyvault:Vault")
    link = [{"name": "a", "privateLinkServiceId": vault, "groupIds": ["blob"]}]
    with pytest.raises(RejectedError, match="'blob' is not one of vault"):
        world.put("network:PrivateEndpoint", privateLinkServiceConnections=link)
    link[0]["groupIds"] = []
    with pytest.raises(RejectedError, match="groupIds must name one of vault"):
        world.put("network:PrivateEndpoint", privateLinkServiceConnections=link)
    link[0]["groupIds"] = ["vault"]
    endpoint = world.put("network:PrivateEndpoint", privateLinkServiceConnections=link)
    [connection] = world.outputs(vault)["properties"]["privateEndpointConnections"]
    assert connection["privateEndpoint"] == {"id": endpoint}
    assert connection["privateLinkServiceConnectionState"]["status"] == "Approved"


def test_objects_that_work_together_are_in_one_region(world):
    world.put("network:Subnet")
    subnet = {"id": f"{world.network}/virtualNetworks/example1/subnets/example1"}
    with pytest.raises(RejectedError, match="in eastus, but this object is in uksouth"):
        world.put("network:PrivateEndpoint", subnet=subnet, location="uksouth")


# Container Apps


def test_environment_needs_a_subnet_of_its_own_that_is_large_enough(world):
    delegation = [{"name": "apps", "serviceName": "Microsoft.App/environments"}]
    profiles = [{"name": "Consumption", "workloadProfileType": "Consumption"}]
    subnet = world.put("network:Subnet", addressPrefix="10.0.0.0/28", delegations=delegation)
    network = {"infrastructureSubnetId": subnet, "internal": True}
    with pytest.raises(RejectedError, match="at least a /27"):
        world.put("app:ManagedEnvironment", vnetConfiguration=network, workloadProfiles=profiles)
    with pytest.raises(RejectedError, match="must not be delegated"):
        world.put("app:ManagedEnvironment", vnetConfiguration=network)
    world.update("network:Subnet", subnet, **world.minimal("network:Subnet", addressPrefix="10.0.0.0/27"))
    with pytest.raises(RejectedError, match="must be delegated"):
        world.put("app:ManagedEnvironment", vnetConfiguration=network, workloadProfiles=profiles)
    good = world.minimal("network:Subnet", addressPrefix="10.0.0.0/27", delegations=delegation)
    world.update("network:Subnet", subnet, **good)
    outputs = world.outputs(world.put("app:ManagedEnvironment", vnetConfiguration=network, workloadProfiles=profiles))
    assert outputs["staticIp"].startswith("10.0.0.")
    with pytest.raises(RejectedError, match="is used by the environment example1"):
        world.put(
            "app:ManagedEnvironment", environmentName="other", vnetConfiguration=network, workloadProfiles=profiles
        )


def test_zone_redundancy_needs_a_network(world):
    assert len(world.check("app:ManagedEnvironment", zoneRedundant=True)) == 1


def test_app_needs_an_environment_with_its_profile(world):
    assert world.check("app:ContainerApp", environmentId=None) == []
    with pytest.raises(RejectedError, match="needs environmentId"):
        world.put("app:ContainerApp", environmentId=None)
    with pytest.raises(RejectedError, match="no workload profile 'Large'"):
        world.put("app:ContainerApp", workloadProfileName="Large")


def test_app_reads_only_secrets_that_it_has(world):
    container = {"name": "a", "image": "a", "env": [{"name": "A", "secretRef": "a"}]}
    template = {"containers": [container]}
    assert world.check("app:ContainerApp", template=template) == [
        "template.containers[0].env[0].secretRef: the app has no secret 'a'"
    ]
    secrets = {"secrets": [{"name": "a", "value": "x"}]}
    assert world.check("app:ContainerApp", template=template, configuration=secrets) == []


def test_secret_of_an_app_goes_in_and_never_comes_out(world):
    configuration = {"secrets": [{"name": "a", "value": "hunter2"}]}
    identity = world.put("app:ContainerApp", configuration=configuration)
    assert world.outputs(identity)["configuration"]["secrets"] == [{"name": "a"}]
    assert "hunter2" not in str(world.backend.body(identity))
    imported = world.backend.read("azure-native:app:ContainerApp", identity, None)
    assert "hunter2" not in str(imported)
    assert world.inputs("app:ContainerApp", identity)["configuration"] == configuration


def test_app_is_found_under_its_environments_domain(world):
    identity = world.put("app:ContainerApp", configuration={"ingress": {"external": True, "targetPort": 8080}})
    outputs = world.outputs(identity)
    domain = world.outputs(outputs["environmentId"])["defaultDomain"]
    assert outputs["configuration"]["ingress"]["fqdn"] == f"example1.{domain}"


# Identities and roles


def test_identities_go_in_as_a_list_and_come_out_as_a_map(world):
    user = world.put("managedidentity:UserAssignedIdentity")
    identity = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [user]}
    inputs = world.minimal("storage:StorageAccount", identity=identity)
    foretold = world.backend.predict("azure-native:storage:StorageAccount", "urn", inputs)["identity"]
    assert foretold["principalId"] is UNKNOWN
    assert foretold["userAssignedIdentities"] == {user: {"principalId": UNKNOWN, "clientId": UNKNOWN}}
    account = world.create("storage:StorageAccount", **inputs)
    outputs = world.outputs(account)["identity"]
    principal = world.outputs(user)["principalId"]
    assert outputs["userAssignedIdentities"][user]["principalId"] == principal
    assert outputs["tenantId"] == world.tenant
    assert world.inputs("storage:StorageAccount", account)["identity"] == identity


def test_role_is_assigned_once(world):
    world.put("authorization:RoleAssignment")
    with pytest.raises(RejectedError, match="assigned already"):
        world.create(
            "authorization:RoleAssignment",
            **world.minimal("authorization:RoleAssignment", roleAssignmentName=OTHER),
        )


def test_role_definition_may_be_azures_own(world):
    role = f"/providers/Microsoft.Authorization/roleDefinitions/{world.guid}"
    assert world.put("authorization:RoleAssignment", roleDefinitionId=role)


# Front Door


def test_route_needs_an_origin_of_its_own_profile(world):
    world.put("cdn:AFDOriginGroup")
    world.put("cdn:AFDEndpoint")
    with pytest.raises(RejectedError, match="no enabled origin"):
        world.create("cdn:Route", **world.minimal("cdn:Route"))
    world.put("cdn:AFDOrigin", profileName="other")
    other = {"id": f"{world.group}/providers/Microsoft.Cdn/profiles/other/originGroups/example1"}
    with pytest.raises(RejectedError, match="another profile"):
        world.create("cdn:Route", **world.minimal("cdn:Route", originGroup=other))


def test_route_names_an_origin_group(world):
    assert world.check("cdn:Route", originGroup=None) == ["originGroup: a route needs an origin group"]


def test_route_in_use_keeps_its_origin_group(world):
    world.put("cdn:Route")
    with pytest.raises(RejectedError, match="in use"):
        world.delete("cdn:AFDOriginGroup", f"{world.cdn}/originGroups/example1")


def test_redirect_needs_both_protocols(world):
    assert len(world.check("cdn:Route", httpsRedirect="Enabled", supportedProtocols=["Https"])) == 1
    assert world.check("cdn:Route", httpsRedirect="Enabled", supportedProtocols=["Http", "Https"]) == []


def test_tls_13_needs_its_own_ciphers(world):
    tls = {"certificateType": "ManagedCertificate", "minimumTlsVersion": "TLS13"}
    assert len(world.check("cdn:AFDCustomDomain", tlsSettings=tls)) == 1
    assert world.check("cdn:AFDCustomDomain", tlsSettings={**tls, "cipherSuiteSetType": "Customized"}) == []


def test_private_link_to_an_origin_is_premium_and_stays_pending(world):
    environment = world.put("app:ManagedEnvironment")
    link = {"privateLink": {"id": environment}, "privateLinkLocation": "eastus", "groupId": "managedEnvironments"}
    world.put("cdn:Profile", profileName="standard", sku={"name": "Standard_AzureFrontDoor"})
    with pytest.raises(RejectedError, match="Premium_AzureFrontDoor"):
        world.put("cdn:AFDOrigin", profileName="standard", sharedPrivateLinkResource=link)
    world.put("cdn:AFDOrigin", sharedPrivateLinkResource=link)
    [connection] = world.outputs(environment)["privateEndpointConnections"]
    assert connection["privateLinkServiceConnectionState"]["status"] == "Pending"


def test_managed_firewall_rules_are_premium(world):
    rules = {"managedRuleSets": [{"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}]}
    assert len(world.check("frontdoor:Policy", managedRules=rules, sku={"name": "Standard_AzureFrontDoor"})) == 1
    assert world.check("frontdoor:Policy", managedRules=rules, sku={"name": "Premium_AzureFrontDoor"}) == []


# Monitoring


def test_diagnostics_go_somewhere_and_name_what_they_send(world):
    assert len(world.check("monitor:DiagnosticSetting", workspaceId=None)) == 1
    assert len(world.check("monitor:DiagnosticSetting", logs=[{"enabled": True}])) == 1
    assert world.check("monitor:DiagnosticSetting", logs=[{"enabled": True, "categoryGroup": "allLogs"}]) == []


@pytest.mark.parametrize("days", [29, 731])
def test_workspace_keeps_logs_for_30_to_730_days(world, days):
    assert world.check("operationalinsights:Workspace", retentionInDays=days) == [
        f"retentionInDays: {days} is outside Azure's range from 30 to 730"
    ]


# Comparing, foretelling, reading


def test_changes_are_named_by_path(world):
    old = world.minimal("storage:StorageAccount", tags={"a.b": "1", "gone": "2"}, networkRuleSet={"bypass": "None"})
    new = world.minimal(
        "storage:StorageAccount", tags={"a.b": "2"}, networkRuleSet={"bypass": UNKNOWN}, isHnsEnabled=True
    )
    found = world.backend.diff("azure-native:storage:StorageAccount", old, {}, new)
    assert {(change.path, change.kind, change.replaces) for change in found} == {
        ('tags["a.b"]', "update", False),
        ("tags.gone", "delete", False),
        ("networkRuleSet.bypass", "update", False),
        ("isHnsEnabled", "add", True),
    }


def test_part_of_what_replaces_replaces(world):
    old = world.minimal("network:PublicIPAddress")
    new = world.minimal("network:PublicIPAddress", sku={"name": "StandardV2"})
    [change] = world.backend.diff("azure-native:network:PublicIPAddress", old, {}, new)
    assert (change.path, change.replaces) == ("sku.name", True)


def test_nothing_is_foretold_that_is_not_certain(world):
    inputs = world.minimal("keyvault:Key", vaultName=UNKNOWN)
    foretold = world.backend.predict("azure-native:keyvault:Key", "urn", inputs)
    assert "id" not in foretold
    assert "keyUri" not in foretold
    certain = world.backend.predict("azure-native:keyvault:Key", "urn", world.minimal("keyvault:Key"))
    assert certain["keyUri"] == "https://example1.vault.azure.net/keys/example1"
    assert "keyUriWithVersion" not in certain


def test_what_exists_keeps_its_principal_in_a_preview(world):
    inputs = world.minimal("storage:StorageAccount", identity={"type": "SystemAssigned"})
    account = world.put("storage:StorageAccount", **inputs)
    changed = world.backend.predict("azure-native:storage:StorageAccount", "urn", {**inputs, "tags": {"a": "b"}})
    assert changed["identity"] == world.outputs(account)["identity"]


def test_update_puts_the_whole_object(world):
    identity = world.put("storage:StorageAccount", allowSharedKeyAccess=False, tags={"a": "b"})
    outputs = world.update("storage:StorageAccount", identity, **world.minimal("storage:StorageAccount"))
    assert "allowSharedKeyAccess" not in outputs
    assert "tags" not in world.inputs("storage:StorageAccount", identity)


def test_update_of_what_is_gone_makes_it_again(world):
    identity = world.put("storage:StorageAccount")
    world.backend.remove(identity)
    world.update("storage:StorageAccount", identity, **world.minimal("storage:StorageAccount"))
    assert world.exists(identity)


def test_read_under_a_wrong_type_is_refused(world):
    identity = world.put("keyvault:Vault")
    with pytest.raises(RejectedError, match="is of the type azure-native:keyvault:Vault"):
        world.backend.read("azure-native:storage:StorageAccount", identity, None)


def test_one_lock_has_two_types(world):
    lock = world.put("authorization:ManagementLockAtResourceGroupLevel")
    found = world.backend.read("azure-native:authorization:ManagementLockByScope", lock, None)
    assert found is not None
    assert found.inputs == {"scope": world.group, "lockName": "example1", "level": "CanNotDelete"}


def test_tags_have_limits(world):
    many = {str(number): "" for number in range(51)}
    assert len(world.check("network:VirtualNetwork", tags=many)) == 1
    assert len(world.check("network:VirtualNetwork", tags={"a<b": "", "c": "x" * 257})) == 2
