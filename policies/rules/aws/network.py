"""Networks in Amazon VPC: what can be reached from outside."""

from policies.addresses import is_private
from policies.properties import Record
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, not_applicable, rule, stack_rule

GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LEGACY_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
LOAD_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
CLIENT_VPN = "aws:ec2clientvpn/endpoint:Endpoint"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
EDGE = "hosting:cloud_integrated:Edge"

_EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_ASSOCIATION_OF_VPN = "aws:ec2clientvpn/networkAssociation:NetworkAssociation"
_MEND = "set cidr_ipv4, or cidr_blocks, to private ranges, for only 443 at the edge is open to the internet"


def _is_https(entry: Record, protocol: str) -> bool:
    return entry.get(protocol, "-1") in ("tcp", "6") and entry.get("from_port", 0) == entry.get("to_port", 65535) == 443


def _comes_from_internet(entry: Record, ranges: tuple[str, ...], prefix_list: str) -> bool:
    """Whether a source is public. What a prefix list holds can't be seen, so it counts as public."""
    for name in ranges:
        value = entry.get(name, None)
        sources = [] if not value else [value] if isinstance(value, str) else value
        if not all(is_private(source) for source in sources):
            return True
    lists = entry.get(prefix_list, None)
    return lists is not None and len(lists) > 0


def _inline(group: Resource) -> list[Record]:
    return list(group.get("ingress", []))


_INLINE_RANGES = ("cidr_blocks", "ipv6_cidr_blocks")
_RULE_RANGES = ("cidr_ipv4", "cidr_ipv6")


def _judge(entry: Record, protocol: str, ranges: tuple[str, ...], prefix_list: str, place: str) -> Findings:
    if not _is_https(entry, protocol) and _comes_from_internet(entry, ranges, prefix_list):
        yield f"{place} lets the internet in on another port than 443: {_MEND}"


@rule(GROUP, DEFAULT_GROUP)
def security_group_lets_nothing_else_in(group: Resource) -> Findings:
    """Every port open to the internet is a way in past the edge and the VPN; Client VPN needs none in a group."""
    for number, entry in group.numbered("ingress"):
        yield _judge(entry, "protocol", _INLINE_RANGES, "prefix_list_ids", f"ingress[{number}]")


@rule(INGRESS_RULE)
def ingress_rule_lets_nothing_else_in(entry: Resource) -> Findings:
    """A rule of a security group that lets the internet in elsewhere than on 443 is a way past the edge and the VPN."""
    yield _judge(entry, "ip_protocol", _RULE_RANGES, "prefix_list_id", "the rule")


@rule(LEGACY_RULE)
def legacy_rule_lets_nothing_else_in(entry: Resource) -> Findings:
    """A rule of a security group that lets the internet in elsewhere than on 443 is a way past the edge and the VPN."""
    if entry.type != "ingress":
        not_applicable("the rule is about what goes out")
    yield _judge(entry, "protocol", _INLINE_RANGES, "prefix_list_ids", "the rule")


@stack_rule(GROUP, DEFAULT_GROUP)
def group_open_to_internet_is_at_the_edge(group: Resource, stack: Stack) -> Findings:
    """A security group that is open on 443 and worn by a service lets the internet reach it past the edge.

    What somebody has opened beside the program is no input: after a refresh it stands in the state.
    """
    own = _inline(group)
    for number, entry in enumerate(own):
        yield _judge(entry, "protocol", _INLINE_RANGES, "prefix_list_ids", f"ingress[{number}]")
    opened = any(_comes_from_internet(entry, _INLINE_RANGES, "prefix_list_ids") for entry in own)
    for entry in stack.of_type(INGRESS_RULE):
        if stack.refers_to(entry, "security_group_id", group, "id"):
            opened = opened or _comes_from_internet(entry, _RULE_RANGES, "prefix_list_id")
    for entry in stack.of_type(LEGACY_RULE):
        if stack.refers_to(entry, "security_group_id", group, "id") and entry.type == "ingress":
            opened = opened or _comes_from_internet(entry, _INLINE_RANGES, "prefix_list_ids")
    if not opened:
        not_applicable("the group is closed to the internet")
    for user in stack.mentioning(group, "id"):
        at_edge = user.resource_type in LOAD_BALANCERS and EDGE in user.urn
        if not at_edge and user.resource_type not in (GROUP, DEFAULT_GROUP, INGRESS_RULE, LEGACY_RULE, _EGRESS_RULE):
            yield (
                f"the group is open to the internet and worn by {user.resource_name}: set security_groups of that to "
                "a closed one"
            )


@stack_rule(INGRESS_RULE, LEGACY_RULE)
def rule_opens_group_of_this_stack_only(entry: Resource, stack: Stack) -> Findings:
    """Who wears a group that is kept elsewhere can't be seen here; to open it may open a machine to the internet."""
    legacy = entry.resource_type == LEGACY_RULE
    if legacy and entry.type != "ingress":
        not_applicable("the rule is about what goes out")
    ranges, lists = (_INLINE_RANGES, "prefix_list_ids") if legacy else (_RULE_RANGES, "prefix_list_id")
    if not _comes_from_internet(entry, ranges, lists):
        not_applicable("the rule lets nobody in from the internet")
    if not any(
        stack.refers_to(entry, "security_group_id", group, "id") for group in stack.of_type(GROUP, DEFAULT_GROUP)
    ):
        yield (
            "the rule opens a group that is not of this stack to the internet: set security_group_id to one of this "
            "stack"
        )


@stack_rule(*LOAD_BALANCERS, "aws:elb/loadBalancer:LoadBalancer")
def load_balancer_faces_internet_only_at_the_edge(balancer: Resource, stack: Stack) -> Findings:
    """A second load balancer before the internet is a way in that nobody watches; without the first there is none."""
    is_edge = any(parent.resource_type == EDGE for parent in stack.ancestors(balancer))
    is_internal = balancer.get("internal", False)
    if not is_internal and not is_edge:
        yield "the load balancer faces the internet outside the edge: set internal=True"
    if is_internal and is_edge:
        yield "the edge has no address that customers could reach: set internal=False"


_ADMINISTRATION = (
    "an administrative port is open to the internet: set cidr_block to a private range, or from_port and to_port to "
    "443 or to 1024 and above"
)


def _judge_acl_entry(entry: Record, ranges: tuple[str, ...], place: str) -> Findings:
    public = any(
        not is_private(source) for source in (entry.get(name, None) for name in ranges) if source not in (None, "")
    )
    if not public:
        return
    all_ports = entry.get("protocol", "-1") in ("-1", "all")
    first, last = (0, 65535) if all_ports else (entry.get("from_port", 0), entry.get("to_port", 65535))
    if not (first == last == 443 or 1024 <= first <= last):
        yield f"{place}: {_ADMINISTRATION}"


@rule("aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
def network_acl_lets_nothing_else_in(acl: Resource) -> Findings:
    """Network ACLs are stateless and have to let answers back in; below port 1024 nothing but 443 is an answer."""
    for number, entry in acl.numbered("ingress"):
        if entry.action.lower() != "deny":
            yield _judge_acl_entry(entry, ("cidr_block", "ipv6_cidr_block"), f"ingress[{number}]")


@rule("aws:ec2/networkAclRule:NetworkAclRule")
def network_acl_rule_lets_nothing_else_in(entry: Resource) -> Findings:
    """A network ACL's rule for the internet that covers an administrative port is a way past the edge and the VPN."""
    if entry.get("egress", False):
        not_applicable("the rule is about what goes out")
    if entry.rule_action.lower() != "deny":
        yield _judge_acl_entry(entry, ("cidr_block", "ipv6_cidr_block"), "the rule")


@rule("aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet")
def subnet_gives_no_public_addresses(subnet: Resource) -> Findings:
    """A machine that gets a public address by default is reachable from outside without anyone having decided so."""
    # A default subnet gives public addresses unless told not to.
    if subnet.get("map_public_ip_on_launch", subnet.resource_type != "aws:ec2/subnet:Subnet"):
        yield "the subnet gives out public addresses: set map_public_ip_on_launch=False"
    if subnet.get("assign_ipv6_address_on_creation", False):
        yield "the subnet gives out IPv6 addresses, which are public: set assign_ipv6_address_on_creation=False"


@rule("aws:ec2/instance:Instance")
def instance_has_no_public_address(instance: Resource) -> Findings:
    """A machine with a public address can be attacked directly, past the edge."""
    # Left out, the subnet decides: said in so many words it can't change by itself.
    if instance.get("associate_public_ip_address", True):
        yield "the instance may get a public address: set associate_public_ip_address=False"


@rule("aws:ecs/service:Service")
def ecs_service_has_no_public_address(service: Resource) -> Findings:
    """A task with a public address can be attacked directly, past the edge."""
    if service.network_configuration.get("assign_public_ip", False):
        yield "the tasks get public addresses: set network_configuration.assign_public_ip=False"


@stack_rule("aws:ec2/eip:Eip")
def public_address_is_for_nat_only(address: Resource, stack: Stack) -> Findings:
    """A public address on anything but a NAT gateway, which lets nothing in, makes a machine reachable from outside."""
    for name in ("instance", "network_interface"):
        yield _names_no_machine(address, name, stack)
    if not stack.referring("allocation_id", address, [NAT_GATEWAY], "id"):
        yield "no NAT gateway uses the public address: set allocation_id of one to it, or remove the Eip"
    for user in stack.users(address):
        if user.resource_type != NAT_GATEWAY:
            yield (
                f"the public address is used by {user.resource_name}: remove it there, for only a NatGateway may have "
                "one"
            )


def _names_no_machine(address: Resource, name: str, stack: Stack) -> Findings:
    if not stack.sources(address, name):
        value = address.get(name, None)
        gateways = stack.referring("allocation_id", address, [NAT_GATEWAY], "id") if value else []
        # Once a NAT gateway stands, its own interface is what the address is bound to.
        if not value or any(value in identities(gateway, "network_interface_id") for gateway in gateways):
            return
    yield f"the address is bound to a machine by {name}: remove it"


@rule("aws:ec2/eipAssociation:EipAssociation")
def public_address_is_bound_to_no_machine(association: Resource) -> Findings:
    """A machine with a public address can be attacked directly, past the edge."""
    for name in ("instance_id", "network_interface_id"):
        if association.get(name, None):
            yield f"a public address is bound to a machine by {name}: remove the association"


@rule("aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance")
def database_is_not_public(database: Resource) -> Findings:
    """A database with a public address can be attacked directly, past the edge."""
    if database.get("publicly_accessible", False):
        yield "the database is reachable from the internet: set publicly_accessible=False"
