from typing import Any


def test_services_of_the_size_dev_leave_through_a_nat_gateway(alone: Any):
    gateway = alone.inputs("network:NatGateway", "nat")
    assert gateway["sku"] == {"name": "Standard"}
    assert gateway["publicIpAddresses"] == [{"id": "azure-native:network:PublicIPAddress/nat"}]
    apps = alone.inputs("network:Subnet", "apps")
    assert apps["natGateway"] == {"id": "azure-native:network:NatGateway/nat"}
    assert "routeTable" not in apps


def test_the_size_changes_nothing_but_the_way_out(stack: Any, declare: Any):
    def groups(declared: Any) -> dict[str, Any]:
        return {name: group["inputs"] for name, group in declared.named("network:NetworkSecurityGroup").items()}

    dev = declare(size="dev")
    assert groups(dev) == groups(stack)
    assert not any(r["type"] == "azure-native:network:AzureFirewall" for r in dev.resources)
