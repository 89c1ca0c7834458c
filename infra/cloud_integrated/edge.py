"""Edge: the portal's load balancer, with the strictest TLS that the cloud offers (e-mail document, 6.a)."""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import lb, route53

from infra.cloud_integrated.certificate import Certificate
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.network import HTTPS_PORT, SERVICE_PORT
from infra.cloud_integrated.room import Room

TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
"""TLS 1.3 only, with post-quantum key exchange (Elastic Load Balancing, "Security policies")."""


class Edge(Room):
    """The load balancer with one listener, on port 443: there is none on port 80, not even to redirect.

    AWS refuses to delete it while `protect` holds, whoever asks.
    """

    def __init__(
        self,
        *,
        names: Names,
        portal_domain: str,
        hosted_zone_id: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        log_bucket: pulumi.Input[str],
        protect: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("edge", names=names, options=options)
        certificate = Certificate(
            "portal",
            names=names,
            domain=portal_domain,
            key_algorithm="EC_prime256v1",
            hosted_zone_id=hosted_zone_id,
            options=self.child(),
        )
        balancer = lb.LoadBalancer(
            "portal",
            lb.LoadBalancerArgs(
                name=names.physical("portal"),
                load_balancer_type="application",
                internal=False,
                ip_address_type="ipv4",
                subnets=list(subnet_ids),
                security_groups=[security_group_id],
                access_logs=lb.LoadBalancerAccessLogsArgs(bucket=log_bucket, enabled=True, prefix="access"),
                connection_logs=lb.LoadBalancerConnectionLogsArgs(bucket=log_bucket, enabled=True, prefix="connection"),
                desync_mitigation_mode="strictest",
                drop_invalid_header_fields=True,
                enable_deletion_protection=protect,
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        )
        target_group = lb.TargetGroup(
            "portal",
            lb.TargetGroupArgs(
                name=names.physical("portal"),
                vpc_id=vpc_id,
                target_type="ip",
                protocol="HTTPS",
                port=SERVICE_PORT,
                deregistration_delay=30,
                health_check=lb.TargetGroupHealthCheckArgs(
                    enabled=True, protocol="HTTPS", port="traffic-port", path="/health", matcher="200"
                ),
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        )
        self.target_group_arn = target_group.arn
        self.listener = lb.Listener(
            "portal",
            lb.ListenerArgs(
                load_balancer_arn=balancer.arn,
                port=HTTPS_PORT,
                protocol="HTTPS",
                ssl_policy=TLS_POLICY,
                certificate_arn=certificate.arn,
                default_actions=[lb.ListenerDefaultActionArgs(type="forward", target_group_arn=target_group.arn)],
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        )
        record = route53.Record(
            "portal",
            route53.RecordArgs(
                zone_id=hosted_zone_id,
                name=portal_domain,
                type="A",
                aliases=[
                    route53.RecordAliasArgs(
                        name=balancer.dns_name, zone_id=balancer.zone_id, evaluate_target_health=True
                    )
                ],
            ),
            opts=self.child(),
        )
        self.portal_url = pulumi.Output.concat("https://", record.name)
        self.register_outputs({"portalUrl": self.portal_url})
