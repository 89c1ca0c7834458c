"""Transport encryption at the edge of AWS."""

from policies.resources import Resource
from policies.rulebook import Findings, not_applicable, rule
from policies.tables import tls_setting

CLASSIC = "aws:elb/loadBalancer:LoadBalancer"


@rule("aws:lb/listener:Listener", "aws:alb/listener:Listener", CLASSIC)
def listener_takes_strongest_tls_only(listener: Resource) -> Findings:
    """What is sent in clear or under an old version of TLS can be read and changed on its way, now or once recorded."""
    if listener.resource_type == CLASSIC:
        yield "a Classic Load Balancer ends at TLS 1.2: use aws.lb.LoadBalancer"
        return
    # Without a protocol, an Application Load Balancer takes it from the port; a rule can't follow that.
    if listener.get("protocol", "HTTP") not in ("HTTPS", "TLS"):
        yield "the listener answers without TLS: set protocol to HTTPS and port to 443, and redirect nothing from 80"
        return
    setting = tls_setting("aws-load-balancer")
    if listener.get("ssl_policy", None) not in setting.accepted:
        yield f"the listener takes weaker TLS than the load balancer offers: set ssl_policy to {setting.accepted[0]}"


@rule("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")
def target_group_goes_on_under_tls(group: Resource) -> Findings:
    """Behind the load balancer requests cross machines and zones; in clear they can be read there."""
    if group.get("target_type", "instance") == "lambda":
        not_applicable("a function is called over TLS always")
    if group.protocol not in ("HTTPS", "TLS"):
        yield "the load balancer goes on in clear: set protocol to HTTPS"


@rule("aws:ec2clientvpn/endpoint:Endpoint")
def client_vpn_demands_sign_in(endpoint: Resource) -> Findings:
    """A certificate alone opens the VPN to whoever copies it; the identity provider adds the second factor."""
    kinds = {option.type for option in endpoint.authentication_options}
    if "federated-authentication" not in kinds:
        yield (
            "the VPN does not ask the identity provider: add one of type federated-authentication to "
            "authentication_options"
        )
    if "directory-service-authentication" in kinds:
        yield (
            "the VPN also takes passwords of a directory: remove directory-service-authentication from "
            "authentication_options"
        )
    if endpoint.get("vpn_port", 443) != 443:
        yield "the VPN listens on another port than 443: remove vpn_port"
    if endpoint.get("self_service_portal", "disabled") != "disabled":
        yield "the VPN hands out its configuration to the internet: set self_service_portal to disabled"
