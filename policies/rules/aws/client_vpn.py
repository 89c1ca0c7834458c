"""AWS Client VPN, the only way in for people."""

from policies.addresses import is_private, overlaps
from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.aws.subnets import SUBNET, VPC_ENDPOINT, occupants, routes

ENDPOINT = "aws:ec2clientvpn/endpoint:Endpoint"
AUTHORIZATION = "aws:ec2clientvpn/authorizationRule:AuthorizationRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

_LONGEST_SESSION = 8
"""Hours: the shortest that Client VPN offers."""


@rule(ENDPOINT)
def client_vpn_asks_for_device(endpoint: Resource) -> Findings:
    """Who has talked somebody out of a sign-in still lacks a device that the vendor gave out."""
    options = list(endpoint.authentication_options)
    devices = [option for option in options if option.type == "certificate-authentication"]
    if not devices or not all(option.get("root_certificate_chain_arn", None) for option in devices):
        yield "any device may come in: add one of type certificate-authentication to authentication_options"
    if any(
        option.type == "federated-authentication" and not option.get("saml_provider_arn", None) for option in options
    ):
        yield "it isn't said who signs people in: set saml_provider_arn"
    for number, option in enumerate(options):
        for name in ("root_certificate_chain_arn", "saml_provider_arn"):
            yield _is_of_own_account(endpoint, option, name, f"authentication_options[{number}].{name}")


def _is_of_own_account(endpoint: Resource, option: Record, name: str, place: str) -> Findings:
    arn = option.get(name, None)
    if arn and arn.split(":")[4:5] not in [[account] for account in endpoint.allowed_accounts]:
        yield f"{place} is of another account, which then says who comes in: name one of this stack's own"


@rule(ENDPOINT)
def client_vpn_session_ends(endpoint: Resource) -> Findings:
    """A connection that lasts is one that somebody else finds open; each day begins with a second factor."""
    if endpoint.get("session_timeout_hours", 24) > _LONGEST_SESSION:
        yield f"a connection lasts longer than a working day: set session_timeout_hours to {_LONGEST_SESSION}"
    if not endpoint.get("disconnect_on_session_timeout", False):
        yield "a connection opens itself again when it ends: set disconnect_on_session_timeout=True"
    routes_enforced = endpoint.get("client_route_enforcement_options", None)
    if routes_enforced is None or not routes_enforced.get("enforced", False):
        yield "a device can lead others into the VPN: set client_route_enforcement_options.enforced=True"
    if not is_private(endpoint.get("client_cidr_block", "")):
        yield "devices get addresses of the internet: set client_cidr_block to a private range"
    if endpoint.get("client_connect_options", None) is not None:
        yield "a function that no rule judges decides who comes in: remove client_connect_options"


@stack_rule(ENDPOINT)
def client_vpn_leads_into_this_stack(endpoint: Resource, stack: Stack) -> Findings:
    """A VPN without a group of its own wears the default one, and one that leads elsewhere is not the way in here."""
    options = endpoint.connection_log_options
    if not stack.meant(
        endpoint, "connection_log_options", [LOG_GROUP], "name", read=lambda: options.get("cloudwatch_log_group", None)
    ):
        yield "connections are logged elsewhere: set connection_log_options.cloudwatch_log_group to one of this stack"
    if not any(
        endpoint in stack.meant(each, "client_vpn_endpoint_id", [ENDPOINT], "id")
        for each in stack.of_type(AUTHORIZATION)
    ):
        yield "the VPN lets nobody in: add an aws.ec2clientvpn.AuthorizationRule for a group"


@rule(AUTHORIZATION)
def client_vpn_lets_groups_in(entry: Resource) -> Findings:
    """Whoever signs in would get in; a group of the identity provider is joined for a reason and left again."""
    if entry.get("authorize_all_groups", False) or not entry.get("access_group_id", None):
        yield "everybody who signs in is let in: set access_group_id, and no authorize_all_groups"
    if not is_private(entry.target_network_cidr):
        yield "the VPN leads to the internet: set target_network_cidr to the services' range"


@stack_rule(ENDPOINT)
def client_vpn_believes_whom_was_agreed(endpoint: Resource, stack: Stack) -> Findings:
    """Another provider of the account, or another authority, lets in people and devices that nobody gave out."""
    for number, option in endpoint.numbered("authentication_options"):
        for name, agreed, term in (
            ("saml_provider_arn", lambda: [stack.identity_provider_arn], "identityProviderArn"),
            ("root_certificate_chain_arn", lambda: stack.vpn_device_certificate_arns, "vpnDeviceCertificateArn"),
        ):
            if option.has(name) and option.get(name, None) not in agreed():
                place = f"authentication_options[{number}].{name}"
                yield f"{place} is another than was agreed: set it to the stack's {term}"


@stack_rule(AUTHORIZATION)
def client_vpn_lets_agreed_groups_in(entry: Resource, stack: Stack) -> Findings:
    """A group that nobody agreed on may hold anybody of the organisation, or of another one."""
    if entry.get("access_group_id", None) not in stack.vpn_group_ids:
        yield "the group is none that was agreed: set access_group_id to one of the stack's vpnGroups"


@stack_rule(AUTHORIZATION)
def client_vpn_leads_to_services_only(entry: Resource, stack: Stack) -> Findings:
    """People have no business at the endpoints, behind which data lie, nor where the internet comes in and goes out."""
    for subnet in stack.of_type(SUBNET):
        beyond = any(each.resource_type == VPC_ENDPOINT for each in occupants(subnet, stack)) or any(
            "gatewayId" in route.names() for route in routes(subnet, stack)
        )
        if beyond and overlaps(entry.target_network_cidr, subnet.cidr_block):
            yield f"people are let in to {subnet.resource_name}: set target_network_cidr to the services' range"
