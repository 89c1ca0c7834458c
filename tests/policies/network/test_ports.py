import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.network.ports import ALL_PORTS, CLOSED, LAST_PORT, NO_PORTS, Ports, opened, possibly, undecided

SPANS = st.lists(
    st.tuples(st.sampled_from(["tcp", "udp"]), st.integers(0, 60), st.integers(0, 60)).map(
        lambda span: (span[0], *sorted(span[1:]))
    ),
    max_size=4,
)


def ports(spans):
    found = NO_PORTS
    for span in spans:
        found |= Ports.of(*span)
    return found


def numbers(spans):
    return {(protocol, port) for protocol, first, last in spans for port in range(first, last + 1)}


def members(found):
    return {(name, port) for name in ("tcp", "udp") for port in range(62) if found & Ports.of(name, port, port)}


@given(SPANS, SPANS)
def test_ports_behave_like_sets(one, other):
    first, second = ports(one), ports(other)

    assert members(first | second) == numbers(one) | numbers(other)
    assert members(first & second) == numbers(one) & numbers(other)
    assert members(first - second) == numbers(one) - numbers(other)
    assert bool(first) == bool(numbers(one))
    assert (first - second == NO_PORTS) == (numbers(one) <= numbers(other))


@pytest.mark.parametrize("every", ["-1", "*", "all", "Any", "Asterisk"])
def test_any_protocol_means_all_of_them(every):
    assert Ports.of(every) == ALL_PORTS
    assert Ports.of(every, 53, 53) == Ports.of("tcp", 53, 53) | Ports.of("17", 53, 53)


def test_a_protocol_without_ports_is_open_or_shut_as_a_whole():
    assert Ports.of("icmp", 8, 0) == Ports.of("1") == Ports.of("icmpv6")
    assert Ports.of("esp") == Ports.of("50")
    assert not Ports.of("esp") & Ports.of("icmp")


def test_ports_are_read_from_texts_and_written():
    found = Ports.parse(["tcp/443", "udp/1024-65535"])

    assert str(found) == "tcp 443, udp 1024-65535"
    assert (str(ALL_PORTS), str(Ports.of("tcp") | Ports.of("icmp"))) == ("every port", "tcp, icmp")
    assert not Ports.of("tcp", 5, 4)
    assert Ports.of("udp", 0, LAST_PORT) == Ports.of("udp")
    with pytest.raises(ValueError, match="https names no ports: write tcp/443"):
        Ports.parse(["https"])


HTTPS, UPPER = Ports.of("tcp", 443, 443), Ports.of("tcp", 1024, 65535)


def test_who_gets_through_one_thing_and_then_another_gets_through_both():
    both = opened(UPPER | HTTPS, "route") & undecided(HTTPS, "x is not known", "group")

    assert (both.surely, both.perhaps) == (NO_PORTS, HTTPS)
    assert (both.hops, both.unknown) == (("route", "group"), ("x is not known",))
    assert not opened(UPPER) & opened(HTTPS)


def test_who_gets_through_either_gets_through():
    either = opened(HTTPS, "one", "two") | undecided(HTTPS | UPPER, "x is not known", "other") | CLOSED

    assert (either.surely, either.perhaps) == (HTTPS, UPPER)
    assert (either.hops, either.unknown) == (("one -> two or other",), ("x is not known",))


def test_of_two_ways_that_lead_as_far_one_is_told():
    assert (opened(HTTPS | UPPER, "one") | opened(HTTPS, "other")).hops == ("one",)
    assert (CLOSED | opened(HTTPS, "other")).hops == ("other",)
    assert (undecided(HTTPS, "x", "one") | opened(HTTPS, "other")) == opened(HTTPS, "other")


def test_what_depends_on_something_unknown_is_only_possible():
    access = possibly(opened(HTTPS, "rule"), "whose rule it is")

    assert (access.surely, access.perhaps, access.unknown) == (NO_PORTS, HTTPS, ("whose rule it is",))
