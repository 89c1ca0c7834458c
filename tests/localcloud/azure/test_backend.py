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
