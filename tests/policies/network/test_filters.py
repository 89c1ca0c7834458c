from policies.network.filters import Match, Rule, through
from policies.network.ports import ALL_PORTS, NO_PORTS, Ports
from policies.network.sources import INTERNET, vpn
from policies.properties import UndeterminedError

CLIENTS = vpn(["10.0.0.0/8"])
SSH = Ports.of("tcp", 22, 22)


def rule(order, allows, range_, ports=ALL_PORTS):
    def match(addresses):
        if range_ is None:
            raise UndeterminedError("the range is not known")
        return Match(ports, addresses.surely_lie_in(range_)) if addresses.may_lie_in(range_) else None

    return Rule(order, allows, f"rule {order}", match)


def test_the_first_rule_that_matches_decides():
    assert through([rule(2, True, "*"), rule(1, False, "*", SSH)], CLIENTS).surely == ALL_PORTS - SSH
    assert through([rule(1, True, "*", SSH), rule(2, False, "*")], CLIENTS).surely == SSH


def test_without_a_rule_nobody_gets_through():
    assert not through([], INTERNET)


def test_a_refusal_of_some_stops_nobody_else():
    assert through([rule(1, False, "0.0.0.0/1"), rule(2, True, "0.0.0.0/0")], INTERNET).surely == ALL_PORTS


def test_a_refusal_of_one_family_doesnt_stop_the_other():
    rules = [rule(1, False, "0.0.0.0/0"), rule(2, True, "::/0", SSH)]

    assert through(rules, INTERNET).surely == SSH


def test_an_unknown_allowing_rule_may_let_anybody_through():
    access = through([rule(1, False, "*", SSH), rule(2, True, None)], CLIENTS)

    assert (access.surely, access.perhaps) == (NO_PORTS, ALL_PORTS - SSH)
    assert access.unknown == ("the range is not known",)


def test_an_unknown_refusal_may_stop_what_comes_after_it():
    access = through([rule(1, True, "*", SSH), rule(2, False, None), rule(3, True, "*")], CLIENTS)

    assert (access.surely, access.perhaps) == (SSH, ALL_PORTS - SSH)
