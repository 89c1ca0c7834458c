"""What may leave a network in Amazon VPC, and that each side of a connection names the other."""

from collections import defaultdict
from collections.abc import Mapping

from policies.addresses import is_private
from policies.principals import SECOND
from policies.properties import Record, UndeterminedError
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.network import CLIENT_VPN, DEFAULT_GROUP, GROUP, INGRESS_RULE, LEGACY_RULE, LOAD_BALANCERS
from policies.rules.aws.subnets import VPC_ENDPOINT
from policies.tables import egress

EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ACLS = ("aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"

_REMOTE_CONTROL = (3389, 5900, 5985, 5986)
"""Ports above 1023 on which machines are governed from afar."""

_PEERS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")

_MEND = "set from_port and to_port to 443 and the protocol to tcp, for services go out on it alone"

Connection = tuple[str, str, str, int, int]
"""From the group with this URN to that, by protocol, on ports from first to last."""


def _is_narrow(entry: Record, protocol: str) -> bool:
    """Whether an entry is for one TCP port, 443 or one on which services listen."""
    if entry.get(protocol, "-1") not in ("tcp", "6"):
        return False
    first, last = entry.get("from_port", 0), entry.get("to_port", 65535)
    return first == last and (first == 443 or (first > 1023 and first not in _REMOTE_CONTROL))


def _is_https(entry: Record, protocol: str) -> bool:
    return _is_narrow(entry, protocol) and entry.from_port == 443


@rule(INGRESS_RULE, EGRESS_RULE)
def security_group_rule_is_narrow(entry: Resource) -> Findings:
    """Each open port is a service that can be attacked from within, by whoever has taken over another."""
    if not _is_narrow(entry, "ip_protocol"):
        yield "the rule is for more than one port of a service: set ip_protocol to tcp, from_port and to_port to one"
    if entry.get("cidr_ipv6", None) is not None:
        yield "the rule is for IPv6 addresses, which this network has none of: remove cidr_ipv6"
    if not any(_is_set(entry, name) for name in _PEERS):
        yield "the rule names nobody at the other end: set referenced_security_group_id"
    if is_private(entry.get("cidr_ipv4", "0.0.0.0/0")):
        yield "the rule is for whoever gets an address of the range: set referenced_security_group_id in its place"


def _is_set(entry: Resource, name: str) -> bool:
    """Whether a property has a value, known or not."""
    try:
        return bool(entry.get(name, None))
    except UndeterminedError:
        return True


@rule(EGRESS_RULE)
def egress_rule_leads_out_on_443_only(entry: Resource) -> Findings:
    """What has been taken over tells its master, or carries data off, on whatever port it is left."""
    target = entry.get("cidr_ipv4", None)
    if target and not is_private(target) and not _is_https(entry, "ip_protocol"):
        yield f"the rule leads to the internet on other ports: {_MEND}"


@rule(GROUP, DEFAULT_GROUP, LEGACY_RULE)
def security_group_lets_little_out(group: Resource) -> Findings:
    """What has been taken over tells its master, or carries data off, on whatever port it is left."""
    if group.resource_type == LEGACY_RULE:
        if group.type != "egress":
            not_applicable("the rule is about what comes in")
        yield _leads_out(group, "the rule")
        return
    for number, entry in group.numbered("egress"):
        yield _leads_out(entry, f"egress[{number}]")


def _leads_out(entry: Record, place: str) -> Findings:
    ranges = [*entry.get("cidr_blocks", []), *entry.get("ipv6_cidr_blocks", [])]
    if not _is_https(entry, "protocol") and not all(is_private(each) for each in ranges):
        yield f"{place} leads to the internet on other ports: {_MEND}"


@stack_rule(INGRESS_RULE, EGRESS_RULE)
def security_group_rules_come_in_pairs(entry: Resource, stack: Stack) -> Findings:
    """A rule without its counterpart at the other end opens nothing today, and something nobody meant tomorrow."""
    own = stack.meant(entry, "security_group_id", [GROUP], "id")
    if not own:
        yield "the rule's group is not of this stack: set security_group_id to one that is"
    if "referencedSecurityGroupId" not in entry.names():
        not_applicable("the rule names no group at the other end")
    others = stack.meant(entry, "referenced_security_group_id", [GROUP], "id")
    if not others:
        yield "the group at the other end is not of this stack: set referenced_security_group_id to one that is"
    counterparts = stack.derived(_connections)[EGRESS_RULE if entry.resource_type == INGRESS_RULE else INGRESS_RULE]
    if not any(connection in counterparts for connection in _connected(entry, stack)):
        yield (
            "the group at the other end has no rule for this connection: add the SecurityGroupIngressRule or "
            "SecurityGroupEgressRule there, or remove this one"
        )


def _connections(stack: Stack) -> Mapping[str, set[Connection]]:
    found: dict[str, set[Connection]] = defaultdict(set)
    for entry in stack.of_type(INGRESS_RULE, EGRESS_RULE):
        if "referencedSecurityGroupId" in entry.names():
            found[entry.resource_type] |= _connected(entry, stack)
    return found


def _connected(entry: Resource, stack: Stack) -> set[Connection]:
    protocol, first, last = entry.get("ip_protocol", "-1"), entry.get("from_port", -1), entry.get("to_port", -1)
    ends = [
        [group.urn for group in stack.meant(entry, name, [GROUP], "id")]
        for name in ("security_group_id", "referenced_security_group_id")
    ]
    source, target = reversed(ends) if entry.resource_type == INGRESS_RULE else ends
    return {(one, other, protocol, first, last) for one in source for other in target}


@stack_rule(EGRESS_RULE)
def way_to_internet_is_for_services_only(entry: Resource, stack: Stack) -> Findings:
    """Load balancer, VPN and endpoints answer those inside: a way out of theirs is one for people, or for nobody."""
    if _is_set(entry, "prefix_list_id"):
        doors = stack.meant(entry, "prefix_list_id", [VPC_ENDPOINT], "prefix_list_id")
        # An interface endpoint never comes to have a list: what was computed from it may name anybody's.
        if not any(door.get("vpc_endpoint_type", "Gateway") == "Gateway" for door in doors):
            yield "the list's addresses are not those of an endpoint of this stack: set prefix_list_id to an endpoint's"
        return
    target = entry.get("cidr_ipv4", None)
    if not target or is_private(target):
        not_applicable("the rule leads to no address of the internet")
    groups = stack.meant(entry, "security_group_id", [GROUP], "id")
    for group in groups:
        if group.resource_name.removesuffix(SECOND) not in egress().services:
            yield f"{group.resource_name} has no business on the internet: remove the rule, or say why in egress.toml"
    for name, kinds in (
        ("security_groups", LOAD_BALANCERS),
        ("security_group_ids", (CLIENT_VPN, VPC_ENDPOINT)),
    ):
        for wearer in stack.of_type(*kinds):
            if any(group in groups for group in stack.meant(wearer, name, [GROUP], "id")):
                yield (
                    f"{wearer.resource_name} may go out to the internet: move the "
                    "SecurityGroupEgressRule to a service's own group"
                )


def _judge_acl_entry(entry: Record, place: str) -> Findings:
    ranges = [each for each in (entry.get(name, None) for name in ("cidr_block", "ipv6_cidr_block")) if each]
    if not ranges:
        yield f"{place} is for no address: set cidr_block"
    if all(is_private(each) for each in ranges):
        return
    first, last = entry.get("from_port", 0), entry.get("to_port", 65535)
    if entry.get("protocol", "-1") not in ("tcp", "6") or not (first == last == 443 or 1024 <= first <= last):
        yield f"{place} is wider than answers and HTTPS: set from_port and to_port to 443, or to 1024 and above"


@rule(*ACLS)
def network_acl_lets_little_through(acl: Resource) -> Findings:
    """Network ACLs hold when a security group is wrong: for the internet they know TCP, HTTPS and its answers only."""
    for name in ("ingress", "egress"):
        for number, entry in acl.numbered(name):
            if entry.action.lower() != "deny":
                yield _judge_acl_entry(entry, f"{name}[{number}]")


@rule(ACL_RULE)
def network_acl_rule_lets_little_through(entry: Resource) -> Findings:
    """Network ACLs hold when a security group is wrong: for the internet they know TCP, HTTPS and its answers only."""
    if entry.rule_action.lower() != "deny":
        yield _judge_acl_entry(entry, "the rule")
