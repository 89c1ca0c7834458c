import pytest

from policies.addresses import is_internal_to_azure, is_private


@pytest.mark.parametrize("source", ["10.0.0.0/8", "10.1.2.3", "172.31.0.0/16", "192.168.1.0/24", "fd00::/8", "fe80::1"])
def test_private_ranges(source):
    assert is_private(source)


@pytest.mark.parametrize(
    "source",
    ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "2000::/3", "8.8.8.8/32", "172.0.0.0/8", "10.0.0.0/7", "*", ""],
)
def test_whatever_holds_a_public_address_is_the_internet(source):
    assert not is_private(source)
    assert not is_internal_to_azure(source)


@pytest.mark.parametrize("tag", ["VirtualNetwork", "virtualnetwork", "AzureLoadBalancer", "GatewayManager"])
def test_azures_tags_of_the_network_itself_are_internal(tag):
    assert is_internal_to_azure(tag)


@pytest.mark.parametrize("tag", ["Internet", "Any", "AzureCloud", "AzureFrontDoor.Backend", "Storage"])
def test_azures_other_tags_are_the_internet(tag):
    assert not is_internal_to_azure(tag)
