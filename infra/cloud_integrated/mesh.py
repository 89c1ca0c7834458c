"""Mesh: the services call each other under TLS, with certificates that live for a week at most."""

from typing import Final

import pulumi
from pulumi_aws import acmpca, servicediscovery

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.service_role import ServiceRole

ROOT_TEMPLATE: Final = "arn:aws:acm-pca:::template/RootCACertificate/V1"
"""The template of an authority's own certificate (AWS Private CA User Guide, "Certificate templates")."""

LEAF_TEMPLATE: Final = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
"""The only template that ECS issues certificates by: no further authority comes of it."""

YEARS: Final = "10"
"""How long the authority itself lives."""

MANAGED: Final = "AmazonECSManaged"
"""The tag by which the role finds what it may manage."""


class Mesh(Room):
    """The namespace in which services find each other, the authority of their certificates, the role that issues them.

    ECS makes, renews and spreads the certificates itself (ECS Developer Guide, "Encrypt Service Connect traffic"). A
    short-lived certificate needs no revocation: it has ended before a list of revoked ones is read.
    """

    def __init__(
        self,
        *,
        names: Names,
        secrets_key_arn: pulumi.Input[str],
        boundary_arn: pulumi.Input[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mesh", names=names, options=options)
        self.namespace_arn = servicediscovery.HttpNamespace(
            names.logical("services"),
            servicediscovery.HttpNamespaceArgs(
                region=names.region, name=names.physical("services"), tags=names.tags("services")
            ),
            opts=self.child(),
        ).arn
        self.secrets_key_arn = pulumi.Output.from_input(secrets_key_arn)
        self.authority_arn = self._authority()
        self.role_arn = self._role(boundary_arn)
        self.register_outputs({"namespaceArn": self.namespace_arn})

    def _authority(self) -> pulumi.Output[str]:
        names = self.names
        authority = acmpca.CertificateAuthority(
            names.logical("services"),
            acmpca.CertificateAuthorityArgs(
                region=names.region,
                type="ROOT",
                usage_mode="SHORT_LIVED_CERTIFICATE",
                key_storage_security_standard="FIPS_140_2_LEVEL_3_OR_HIGHER",
                certificate_authority_configuration=acmpca.CertificateAuthorityCertificateAuthorityConfigurationArgs(
                    key_algorithm="EC_prime256v1",
                    signing_algorithm="SHA256WITHECDSA",
                    subject=acmpca.CertificateAuthorityCertificateAuthorityConfigurationSubjectArgs(
                        common_name=names.physical("services")
                    ),
                ),
                permanent_deletion_time_in_days=30,
                tags={**names.tags("services"), MANAGED: "true"},
            ),
            opts=self.child(protect=True),
        )
        own = acmpca.Certificate(
            names.logical("services"),
            acmpca.CertificateArgs(
                region=names.region,
                certificate_authority_arn=authority.arn,
                certificate_signing_request=authority.certificate_signing_request,
                signing_algorithm="SHA256WITHECDSA",
                template_arn=ROOT_TEMPLATE,
                validity=acmpca.CertificateValidityArgs(type="YEARS", value=YEARS),
            ),
            opts=self.child(),
        )
        # The output of the last step: before it the authority can't issue anything.
        return acmpca.CertificateAuthorityCertificate(
            names.logical("services"),
            acmpca.CertificateAuthorityCertificateArgs(
                region=names.region,
                certificate_authority_arn=authority.arn,
                certificate=own.certificate,
            ),
            opts=self.child(),
        ).certificate_authority_arn

    def _role(self, boundary_arn: pulumi.Input[str]) -> pulumi.Output[str]:
        """What ECS does for the services: as the managed policy for this has it, with our own key besides."""
        names = self.names
        secrets = names.arn("secretsmanager", "secret:ecs-sc!*")
        of_ecs = Condition.of("StringEquals", f"aws:ResourceTag/{MANAGED}", "true")
        return ServiceRole(
            "mesh",
            names=names,
            service="ecs.amazonaws.com",
            source_arn=names.arn("ecs", "*"),
            boundary_arn=boundary_arn,
            statements=[
                Statement(
                    sid="MakeSecrets",
                    actions=["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
                    resources=[secrets],
                    conditions=[Condition.of("StringEquals", f"aws:RequestTag/{MANAGED}", "true")],
                ),
                # ECS asks for a secret that may not be there yet, which has no tag that a condition could hold.
                Statement(sid="FindSecrets", actions=["secretsmanager:DescribeSecret"], resources=[secrets]),
                Statement(
                    sid="RotateSecrets",
                    actions=[
                        "secretsmanager:DeleteSecret",
                        "secretsmanager:GetSecretValue",
                        "secretsmanager:PutSecretValue",
                        "secretsmanager:RotateSecret",
                        "secretsmanager:UpdateSecret",
                        "secretsmanager:UpdateSecretVersionStage",
                    ],
                    resources=[secrets],
                    conditions=[
                        Condition.of(
                            "StringEquals", "secretsmanager:ResourceTag/aws:secretsmanager:owningService", "ecs-sc"
                        )
                    ],
                ),
                Statement(
                    sid="ReadTheAuthority",
                    actions=[
                        "acm-pca:DescribeCertificateAuthority",
                        "acm-pca:GetCertificate",
                        "acm-pca:GetCertificateAuthorityCertificate",
                    ],
                    resources=[self.authority_arn],
                    conditions=[of_ecs],
                ),
                Statement(
                    sid="IssueCertificates",
                    actions=["acm-pca:IssueCertificate"],
                    resources=[self.authority_arn],
                    conditions=[of_ecs, Condition.of("ArnEquals", "acm-pca:TemplateArn", LEAF_TEMPLATE)],
                ),
                Statement(
                    sid="EncryptSecrets",
                    actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"],
                    resources=[self.secrets_key_arn],
                ),
            ],
            options=self.child(),
        ).arn
