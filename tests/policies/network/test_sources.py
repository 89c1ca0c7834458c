import pytest

from policies.network.sources import INTERNET, covers, may_overlap, vpn

CLIENTS = vpn(["172.20.0.0/20"])


def may_come_from(source, text):
    return any(each.may_lie_in(text) for each in source.addresses)


def surely_comes_from(source, text):
    return any(each.surely_lie_in(text) for each in source.addresses)


@pytest.mark.parametrize(
    "text", ["*", "Any", "Internet", "0.0.0.0/0", "0.0.0.0/1", "::/0", "2000::/3", "8.8.8.8", "AzureCloud", "Storage"]
)
def test_the_internet_is_whatever_holds_a_public_address(text):
    assert may_come_from(INTERNET, text)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "fd00::/8", "VirtualNetwork", "AzureLoadBalancer", "GatewayManager", "192.168.1.1"]
)
def test_the_internet_is_nothing_private(text):
    assert not may_come_from(INTERNET, text)


def test_only_what_means_all_of_a_family_surely_means_the_internet():
    assert [surely_comes_from(INTERNET, text) for text in ("*", "Internet", "0.0.0.0/0", "::/0")] == [True] * 4
    assert not surely_comes_from(INTERNET, "0.0.0.0/1")
    assert not INTERNET.addresses[1].surely_lie_in("0.0.0.0/0")


@pytest.mark.parametrize("text", ["*", "VirtualNetwork", "172.16.0.0/12", "172.20.5.0/24", "0.0.0.0/0", "sg/what?"])
def test_clients_of_the_vpn_come_from_their_range(text):
    assert may_come_from(CLIENTS, text)


@pytest.mark.parametrize("text", ["Internet", "AzureCloud", "10.0.0.0/8", "AzureLoadBalancer", "fd00::/8"])
def test_clients_of_the_vpn_come_from_nowhere_else(text):
    assert not may_come_from(CLIENTS, text)


def test_all_clients_of_the_vpn_are_meant_only_by_what_holds_their_range():
    assert surely_comes_from(CLIENTS, "172.16.0.0/12")
    assert surely_comes_from(CLIENTS, "VirtualNetwork")
    assert not surely_comes_from(CLIENTS, "172.20.0.0/24")
    assert not surely_comes_from(CLIENTS, "Internet")


def test_destinations():
    assert covers("*", "10.0.0.0/24")
    assert covers("10.0.0.0/8", "10.0.0.0/24")
    assert not covers("10.0.0.0/24", "10.0.0.0/8")
    assert not covers("::/0", "10.0.0.0/8")
    assert may_overlap("10.0.0.0/8", "10.1.0.0/16")
    assert may_overlap("VirtualNetwork", "10.1.0.0/16")
    assert not may_overlap("10.0.0.0/16", "10.1.0.0/16")
