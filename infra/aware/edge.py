"""The room at the edge: the only way in from the internet.

Aware document, 6.a (the portals are protected by the most current version of TLS).
"""

from typing import Final

import pulumi
from pulumi_azure_native import cdn

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.security_headers import security_headers
from infra.aware.services import READY_PATH, Services
from infra.aware.tokens import PUBLISHED, TOKENS
from infra.aware.web_firewall import web_firewall

HOME: Final = "data-management"
"""The service that answers at the portal's root: where customers administer what the other services do."""


def paths(service: str) -> list[str]:
    """What of the portal a service answers: `/<service>`, and the root if it is HOME. Of the token service Entra needs
    two documents; whoever asks it for a token does so inside the environment.
    """
    if service == TOKENS:
        return list(PUBLISHED)
    return [f"/{service}", f"/{service}/*", *(["/*"] if service == HOME else [])]


class Edge(pulumi.ComponentResource):
    """Front Door premium: the portal's domain over TLS 1.3 only, a web application firewall, private links to the apps.

    Front Door's own host name can't be held to TLS 1.3, so no route answers on it. The private links wait for their
    approval on the environments' side before any traffic flows (`docs/aware-deployment.md`).
    """

    portal_url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        portal_domain: str,
        services: Services,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Edge", name, {}, options)
        self._placement = placement
        self._profile = cdn.Profile(
            "main",
            profile_name=placement.name("afd"),
            resource_group_name=placement.resource_group_name,
            location="Global",
            sku=cdn.SkuArgs(name=cdn.SkuName.PREMIUM_AZURE_FRONT_DOOR),
            origin_response_timeout_seconds=60,
            # What customers search for may stand in an address; it has no business in the access log.
            log_scrubbing=cdn.ProfileLogScrubbingArgs(
                state=cdn.ProfileScrubbingState.ENABLED,
                scrubbing_rules=[
                    cdn.ProfileScrubbingRulesArgs(
                        match_variable=cdn.ScrubbingRuleEntryMatchVariable.QUERY_STRING_ARG_NAMES,
                        selector_match_operator=cdn.ScrubbingRuleEntryMatchOperator.EQUALS_ANY,
                        state=cdn.ScrubbingRuleEntryState.ENABLED,
                    )
                ],
            ),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        # All categories: who asked for what (access), what the firewall did, and how the origins fared (probes). What a
        # customer's browser asks for, and what the firewall finds in it, may be a customer's words.
        audit.collect_content("edge", self._profile.id, parent=self)
        self._endpoint = cdn.AFDEndpoint(
            "main",
            endpoint_name=placement.name("fde"),
            profile_name=self._profile.name,
            resource_group_name=placement.resource_group_name,
            location="Global",
            enabled_state=cdn.EnabledState.ENABLED,
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._domain = cdn.AFDCustomDomain(
            "portal",
            custom_domain_name="portal",
            profile_name=self._profile.name,
            resource_group_name=placement.resource_group_name,
            host_name=portal_domain,
            tls_settings=cdn.AFDDomainHttpsParametersArgs(
                certificate_type=cdn.AfdCertificateType.MANAGED_CERTIFICATE,
                minimum_tls_version=cdn.AfdMinimumTlsVersion.TLS13,
                # The predefined sets end at TLS 1.2; 1.3 as the minimum takes effect with a set of our own only.
                cipher_suite_set_type=cdn.AfdCipherSuiteSetType.CUSTOMIZED,
                customized_cipher_suite_set=cdn.AFDDomainHttpsCustomizedCipherSuiteSetArgs(
                    cipher_suite_set_for_tls13=[
                        cdn.AfdCustomizedCipherSuiteForTls13.TL_S_AE_S_256_GC_M_SHA384,
                        cdn.AfdCustomizedCipherSuiteForTls13.TL_S_AE_S_128_GC_M_SHA256,
                    ]
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._put_behind_firewall()
        self._headers = security_headers(placement=placement, profile_name=self._profile.name, parent=self)
        self._groups = {service: self._origin_group(service) for service in services.host_names}
        for service, origin in self.add_origins(services, priority=1).items():
            self._route(service, origin)
        self.portal_url = pulumi.Output.concat("https://", self._domain.host_name)
        self.register_outputs({"portalUrl": self.portal_url})

    def add_origins(self, services: Services, *, priority: int) -> dict[str, cdn.AFDOrigin]:
        """Lets the services in an environment answer, each in its own group, by a private link.

        Front Door goes to the origins of the smallest `priority` whose probes succeed; so it turns to another region
        by itself, without a change to the profile, which nobody could make while the profile's region is down.
        """
        return {
            service: cdn.AFDOrigin(
                services.placement.label(service),
                origin_name=services.placement.label(service),
                origin_group_name=self._groups[service].name,
                profile_name=self._profile.name,
                resource_group_name=self._placement.resource_group_name,
                host_name=host_name,
                origin_host_header=host_name,
                http_port=80,
                https_port=443,
                priority=priority,
                weight=1000,
                enabled_state=cdn.EnabledState.ENABLED,
                enforce_certificate_name_check=True,
                shared_private_link_resource=cdn.SharedPrivateLinkResourcePropertiesArgs(
                    group_id="managedEnvironments",
                    private_link=cdn.ResourceReferenceArgs(id=services.environment_id),
                    private_link_location=services.placement.region,
                    request_message=f"Front Door of {self._placement.stack} to {service}",
                ),
                opts=pulumi.ResourceOptions(parent=self._groups[service]),
            )
            for service, host_name in services.host_names.items()
        }

    def _put_behind_firewall(self) -> None:
        """The portal and the endpoint's own name alike."""
        policy = web_firewall(placement=self._placement, parent=self)
        cdn.SecurityPolicy(
            "main",
            security_policy_name="firewall",
            profile_name=self._profile.name,
            resource_group_name=self._placement.resource_group_name,
            parameters=cdn.SecurityPolicyWebApplicationFirewallParametersArgs(
                type="WebApplicationFirewall",
                waf_policy=cdn.ResourceReferenceArgs(id=policy.id),
                associations=[
                    cdn.SecurityPolicyWebApplicationFirewallAssociationArgs(
                        domains=[
                            cdn.ActivatedResourceReferenceArgs(id=self._domain.id),
                            cdn.ActivatedResourceReferenceArgs(id=self._endpoint.id),
                        ],
                        patterns_to_match=["/*"],
                    )
                ],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _origin_group(self, service: str) -> cdn.AFDOriginGroup:
        return cdn.AFDOriginGroup(
            service,
            origin_group_name=service,
            profile_name=self._profile.name,
            resource_group_name=self._placement.resource_group_name,
            health_probe_settings=cdn.HealthProbeParametersArgs(
                probe_protocol=cdn.ProbeProtocol.HTTPS,
                probe_request_type=cdn.HealthProbeRequestType.HEAD,
                probe_path=READY_PATH,
                probe_interval_in_seconds=30,
            ),
            load_balancing_settings=cdn.LoadBalancingSettingsParametersArgs(
                sample_size=4, successful_samples_required=3, additional_latency_in_milliseconds=50
            ),
            session_affinity_state=cdn.EnabledState.DISABLED,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _route(self, service: str, origin: cdn.AFDOrigin) -> None:
        cdn.Route(
            service,
            route_name=service,
            endpoint_name=self._endpoint.name,
            profile_name=self._profile.name,
            resource_group_name=self._placement.resource_group_name,
            custom_domains=[cdn.ActivatedResourceReferenceArgs(id=self._domain.id)],
            origin_group=cdn.ResourceReferenceArgs(id=self._groups[service].id),
            rule_sets=[cdn.ResourceReferenceArgs(id=self._headers.id)],
            patterns_to_match=paths(service),
            supported_protocols=[cdn.AFDEndpointProtocols.HTTPS],
            # A redirect would need plain HTTP to be answered in the first place; it isn't.
            https_redirect=cdn.HttpsRedirect.DISABLED,
            forwarding_protocol=cdn.ForwardingProtocol.HTTPS_ONLY,
            link_to_default_domain=cdn.LinkToDefaultDomain.DISABLED,
            enabled_state=cdn.EnabledState.ENABLED,
            # Front Door refuses a route to a group that has no origin yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[origin]),
        )
