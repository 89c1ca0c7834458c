"""Certificates of the stack's own domain names."""

import pulumi
from pulumi_aws import acm, route53

from infra.cloud_integrated.names import Names


class Certificate(pulumi.ComponentResource):
    """A certificate of ACM for `domain`, issued and renewed on the evidence of a record in the hosted zone."""

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        domain: str,
        key_algorithm: str,
        hosted_zone_id: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:cloud_integrated:Certificate", name, {}, options)
        child = pulumi.ResourceOptions(parent=self)
        certificate = acm.Certificate(
            name,
            acm.CertificateArgs(
                domain_name=domain,
                validation_method="DNS",
                key_algorithm=key_algorithm,
                tags=names.tags(name),
            ),
            opts=child,
        )
        proof = certificate.domain_validation_options[0]
        record = route53.Record(
            f"{name}-validation",
            route53.RecordArgs(
                zone_id=hosted_zone_id,
                name=proof.apply(lambda option: option.resource_record_name or ""),
                type=proof.apply(lambda option: option.resource_record_type or ""),
                records=[proof.apply(lambda option: option.resource_record_value or "")],
                ttl=300,
            ),
            opts=child,
        )
        validation = acm.CertificateValidation(
            name,
            acm.CertificateValidationArgs(certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]),
            opts=child,
        )
        # The validation's output: whoever uses the certificate waits until it is issued.
        self.arn = validation.certificate_arn
        self.register_outputs({"arn": self.arn})
