"""What can be reached from outside is what is declared, on both clouds."""

from collections.abc import Iterator

from policies.network.paths import DIRECT, Path
from policies.network.ports import Ports
from policies.network.reach import REACHED, WITHIN, From, Network
from policies.properties import UndeterminedError
from policies.resources import STACK_TYPE, Resource, Stack
from policies.rulebook import Findings, not_applicable, stack_rule

_MEND = (
    "shut it at one of these (in the cloud itself, with a refresh, if somebody opened it beside the program), or "
    "declare it with its reason in policies/network/reach.toml"
)


@stack_rule(*REACHED, STACK_TYPE)
def internet_reaches_the_edge_only(resource: Resource, stack: Stack) -> Findings:
    """A way in past the edge and the VPN is one that nobody watches, and no sign-in or second factor guards."""
    network = stack.derived(Network)
    if resource.resource_type != STACK_TYPE:
        yield from _undeclared(resource, network, "internet")
        return
    wanted = [row for row in network.declared("internet") if row.always]
    if not wanted:
        not_applicable("the stack hosts no service that the internet reaches")
    for row in wanted:
        edges = [one for one in stack.of_type(row.type) if row.is_about(one)]
        if not edges:
            yield (
                f"no {row.type} is there, so that nothing was looked at: add one, as policies/network/reach.toml "
                "declares"
            )
        for edge in edges:
            yield _is_reached(edge, list(network.paths(edge, "internet")))


@stack_rule(*WITHIN)
def vpn_reaches_what_is_declared_only(resource: Resource, stack: Stack) -> Findings:
    """Who is let into the VPN is let into what engineers operate, not into everything that runs beside it."""
    yield from _undeclared(resource, stack.derived(Network), "vpn")


def _is_reached(edge: Resource, paths: list[Path]) -> Findings:
    if any(path.access.surely for path in paths):
        return
    for path in paths:
        raise UndeterminedError(path.access.unknown[0])
    yield (
        f"{edge.resource_name} is not reached as policies/network/reach.toml declares, so that nobody is served: "
        "restore the way to it (routes, rules and groups between)"
    )


def _undeclared(resource: Resource, network: Network, source: From) -> Findings:
    for path in network.paths(resource, source):
        rows = [row for row in network.declared(source) if row.covers(resource, path)]
        allowed = Ports()
        for row in rows:
            allowed |= row.ports
        yield _judge(path, allowed, source)


def _judge(path: Path, allowed: Ports, source: From) -> Findings:
    too_much = path.access.surely - allowed
    if too_much:
        name = "the internet" if source == "internet" else "the VPN"
        way = " -> ".join(_hops(path, name))
        declared = f"only {allowed} is declared" if allowed else "none of it is declared"
        yield f"{name} reaches it on {too_much}: {way}; {declared}: {_MEND}"
    elif path.access.perhaps - allowed:
        raise UndeterminedError("; ".join(path.access.unknown))


def _hops(path: Path, source: str) -> Iterator[str]:
    yield source
    yield from path.access.hops
    if path.through != DIRECT and not path.access.hops:
        yield path.through
