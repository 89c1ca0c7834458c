"""Edge: the load balancer before the services, with the strictest TLS that the cloud offers (e-mail document, 6.a)."""

from collections.abc import Mapping
from typing import Final, Literal

import pulumi
from pulumi_aws import cloudwatch, lb, route53

from infra.cloud_integrated.certificate import Certificate
from infra.cloud_integrated.health import Health
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.security_groups import HTTPS_PORT, SERVICE_PORT
from infra.cloud_integrated.web_firewall import WebFirewall

TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
"""TLS 1.3 only, with post-quantum key exchange (Elastic Load Balancing, "Security policies")."""

STRICT_TRANSPORT: Final = "max-age=63072000; includeSubDomains"
"""Browsers that came once never try without TLS again, for two years (RFC 6797)."""

TARGETS: Final[Mapping[str, tuple[str, str]]] = {"ingestion": ("ingest", "/ingestion/*"), "portal": ("portal", "/*")}
"""What the load balancer forwards to: a short name, for a target group's has 32 characters at most, and the paths.
The first that fits is taken."""


class Edge(Room):
    """The load balancer with one listener, on port 443: there is none on port 80, not even to redirect.

    It answers to the portal's name only. AWS refuses to delete it while `protect` holds, whoever asks. `failover` says
    which of two regions this is, None where there is one; only a `serving` region is watched. The second one's record
    goes by the load balancer's targets alone: a failover changes nothing in Route 53, whose controls may be lost with
    the first region.
    `target_groups` and `rules` are by service; `proof` is the record that the certificate was issued on.
    """

    def __init__(
        self,
        *,
        names: Names,
        portal_domain: str,
        hosted_zone_id: str,
        certificate_proof: pulumi.Input[str] | None,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        log_bucket: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        alarm_topic_arn: pulumi.Input[str],
        serving: bool,
        failover: Literal["PRIMARY", "SECONDARY"] | None,
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
            proven_by=certificate_proof,
            options=self.child(),
        )
        self.proof = certificate.proof
        balancer = self._balancer(list(subnet_ids.values()), security_group_id, log_bucket, protect=protect)
        WebFirewall(
            names=names,
            balancer_arn=balancer.arn,
            logs_key_arn=logs_key_arn,
            retention_days=retention_days,
            options=self.child(),
        )
        self.target_groups = {
            service: self._target_group(service, short, vpc_id) for service, (short, _) in TARGETS.items()
        }
        listener = self._listener(balancer.arn, certificate.arn)
        self.rules: Mapping[str, lb.ListenerRule] = {
            service: self._rule(service, number, paths, listener.arn, portal_domain)
            for number, (service, (_, paths)) in enumerate(TARGETS.items(), start=1)
        }
        check_id = None
        if serving:
            health = Health(
                names=names,
                zones=list(subnet_ids),
                balancer=balancer,
                target_groups=self.target_groups,
                topic_arn=alarm_topic_arn,
                options=self.child(),
            )
            # Where there is no other answer Route 53 gives this one, whatever a check says of it.
            check_id = self._health_check(health.alarm) if failover == "PRIMARY" else None
        record = route53.Record(
            names.logical("portal"),
            route53.RecordArgs(
                zone_id=hosted_zone_id,
                name=portal_domain,
                type="A",
                aliases=[
                    route53.RecordAliasArgs(
                        name=balancer.dns_name, zone_id=balancer.zone_id, evaluate_target_health=True
                    )
                ],
                health_check_id=check_id,
                set_identifier=failover and names.region,
                failover_routing_policies=failover and [route53.RecordFailoverRoutingPolicyArgs(type=failover)],
            ),
            opts=self.child(),
        )
        self.portal_url = pulumi.Output.concat("https://", record.name)
        self.register_outputs({"portalUrl": self.portal_url})

    def _health_check(self, alarm: cloudwatch.MetricAlarm) -> pulumi.Output[str]:
        """A check that goes by an alarm and asks nothing itself.

        Route 53's own checkers speak TLS 1.2 at most, which the load balancer refuses (Route 53 API Reference,
        "HealthCheckConfig").
        """
        names = self.names
        return route53.HealthCheck(
            names.logical("portal"),
            route53.HealthCheckArgs(
                type="CLOUDWATCH_METRIC",
                cloudwatch_alarm_name=alarm.name,
                cloudwatch_alarm_region=names.region,
                # A region that can't say how it is doing is not one to send customers to.
                insufficient_data_health_status="Unhealthy",
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        ).id

    def _balancer(
        self,
        subnet_ids: list[pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        log_bucket: pulumi.Input[str],
        *,
        protect: bool,
    ) -> lb.LoadBalancer:
        names = self.names
        return lb.LoadBalancer(
            names.logical("portal"),
            lb.LoadBalancerArgs(
                region=names.region,
                name=names.physical("portal"),
                load_balancer_type="application",
                internal=False,
                ip_address_type="ipv4",
                subnets=subnet_ids,
                security_groups=[security_group_id],
                access_logs=lb.LoadBalancerAccessLogsArgs(bucket=log_bucket, enabled=True, prefix="access"),
                connection_logs=lb.LoadBalancerConnectionLogsArgs(bucket=log_bucket, enabled=True, prefix="connection"),
                desync_mitigation_mode="strictest",
                drop_invalid_header_fields=True,
                enable_deletion_protection=protect,
                enable_waf_fail_open=False,
                enable_zonal_shift=True,
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        )

    def _target_group(self, service: str, short: str, vpc_id: pulumi.Input[str]) -> lb.TargetGroup:
        names = self.names
        return lb.TargetGroup(
            names.logical(service),
            lb.TargetGroupArgs(
                region=names.region,
                name=names.physical(short),
                vpc_id=vpc_id,
                target_type="ip",
                protocol="HTTPS",
                port=SERVICE_PORT,
                deregistration_delay=30,
                health_check=lb.TargetGroupHealthCheckArgs(
                    enabled=True, protocol="HTTPS", port="traffic-port", path="/health", matcher="200"
                ),
                tags=names.tags(service),
            ),
            opts=self.child(),
        )

    def _listener(self, balancer_arn: pulumi.Input[str], certificate_arn: pulumi.Input[str]) -> lb.Listener:
        names = self.names
        return lb.Listener(
            names.logical("portal"),
            lb.ListenerArgs(
                region=names.region,
                load_balancer_arn=balancer_arn,
                port=HTTPS_PORT,
                protocol="HTTPS",
                ssl_policy=TLS_POLICY,
                certificate_arn=certificate_arn,
                default_actions=[
                    lb.ListenerDefaultActionArgs(
                        type="fixed-response",
                        fixed_response=lb.ListenerDefaultActionFixedResponseArgs(
                            content_type="text/plain", status_code="404"
                        ),
                    )
                ],
                routing_http_response_server_enabled=False,
                routing_http_response_strict_transport_security_header_value=STRICT_TRANSPORT,
                routing_http_response_x_content_type_options_header_value="nosniff",
                routing_http_response_x_frame_options_header_value="DENY",
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        )

    def _rule(
        self, service: str, priority: int, paths: str, listener_arn: pulumi.Input[str], domain: str
    ) -> lb.ListenerRule:
        names = self.names
        return lb.ListenerRule(
            names.logical(service),
            lb.ListenerRuleArgs(
                region=names.region,
                listener_arn=listener_arn,
                priority=priority,
                conditions=[
                    lb.ListenerRuleConditionArgs(host_header=lb.ListenerRuleConditionHostHeaderArgs(values=[domain])),
                    lb.ListenerRuleConditionArgs(path_pattern=lb.ListenerRuleConditionPathPatternArgs(values=[paths])),
                ],
                actions=[lb.ListenerRuleActionArgs(type="forward", target_group_arn=self.target_groups[service].arn)],
                tags=names.tags(service),
            ),
            opts=self.child(),
        )
