"""What is refused of the private resolver."""

import pytest

from localcloud.backend import RejectedError

DELEGATION = {"delegations": [{"name": "a", "serviceName": "Microsoft.Network/dnsResolvers"}]}


def endpoint(world, **subnet):
    where = world.put("network:Subnet", subnetName="inbound", **subnet)
    return [{"subnet": {"id": where}, "privateIpAllocationMethod": "Dynamic"}]


def test_subnet_is_delegated_and_of_the_right_size(world):
    with pytest.raises(RejectedError, match="must be delegated"):
        world.put("dnsresolver:InboundEndpoint", ipConfigurations=endpoint(world))


def test_subnet_is_not_too_large(world):
    with pytest.raises(RejectedError, match="from /28 to /24"):
        world.put(
            "dnsresolver:InboundEndpoint",
            ipConfigurations=endpoint(world, addressPrefix="10.0.0.0/23", **DELEGATION),
        )


def test_endpoint_has_the_first_free_address(world):
    made = endpoint(world, addressPrefix="10.0.0.0/28", **DELEGATION)
    outputs = world.outputs(world.put("dnsresolver:InboundEndpoint", ipConfigurations=made))
    assert outputs["ipConfigurations"][0]["privateIpAddress"] == "10.0.0.4"
    with pytest.raises(RejectedError, match=r"is used by .*example1 already"):
        world.put("dnsresolver:InboundEndpoint", inboundEndpointName="other", ipConfigurations=made)


def test_network_has_one_resolver(world):
    world.put("dnsresolver:DnsResolver")
    with pytest.raises(RejectedError, match="has a resolver already"):
        world.put("dnsresolver:DnsResolver", dnsResolverName="other")
