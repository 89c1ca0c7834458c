"""Certificates of the stack's own domain names."""

import pulumi
from pulumi_aws import acm, route53

from infra.cloud_integrated.names import Names


class Certificate(pulumi.ComponentResource):
    """A certificate of ACM for `domain`, issued and renewed on the evidence of a record in the hosted zone.

    ACM asks for the same record in each region of an account (ACM User Guide, "DNS validation"): where the name has a
    certificate in the first region already, `proven_by` is the name of that one's record, its `proof`.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        domain: str,
        key_algorithm: str,
        hosted_zone_id: str,
        proven_by: pulumi.Input[str] | None = None,
        options: pulumi.ResourceOptions,
    ) -> None:
        logical = names.logical(name)
        super().__init__("hosting:cloud_integrated:Certificate", logical, {}, options)
        child = pulumi.ResourceOptions(parent=self)
        certificate = acm.Certificate(
            logical,
            acm.CertificateArgs(
                region=names.region,
                domain_name=domain,
                validation_method="DNS",
                key_algorithm=key_algorithm,
                tags=names.tags(name),
            ),
            opts=child,
        )
        self.proof = pulumi.Output.from_input(proven_by or self._record(logical, certificate, hosted_zone_id))
        validation = acm.CertificateValidation(
            logical,
            acm.CertificateValidationArgs(
                region=names.region, certificate_arn=certificate.arn, validation_record_fqdns=[self.proof]
            ),
            opts=child,
        )
        # The validation's output: whoever uses the certificate waits until it is issued.
        self.arn = validation.certificate_arn
        self.register_outputs({"arn": self.arn})

    def _record(self, name: str, certificate: acm.Certificate, hosted_zone_id: str) -> pulumi.Output[str]:
        proof = certificate.domain_validation_options[0]
        return route53.Record(
            f"{name}-validation",
            route53.RecordArgs(
                zone_id=hosted_zone_id,
                name=proof.apply(lambda option: option.resource_record_name or ""),
                type=proof.apply(lambda option: option.resource_record_type or ""),
                records=[proof.apply(lambda option: option.resource_record_value or "")],
                ttl=300,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        ).fqdn
