"""Detectors: GuardDuty, Inspector and Security Hub in a region, and what they find, kept as long as logs are.

GuardDuty looks for attacks, Inspector for known flaws in images, Security Hub for settings that fall short of published
standards (e-mail document, 4.f, 7.e and 10.a).
"""

from typing import Final

import pulumi
from pulumi_aws import cloudwatch, guardduty, inspector2, securityhub

from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Principal, Statement, document
from infra.cloud_integrated.room import Room

PROTECTIONS: Final = (
    "EBS_MALWARE_PROTECTION",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "S3_DATA_EVENTS",
)
"""All that GuardDuty offers in each of our regions, beside the one of running containers. What there is nothing of,
such as databases, costs nothing.

Not the search for malware in uploaded objects: its role would have to read every tenant's objects.
"""

AGENTS: Final = ("EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT")
"""Where GuardDuty itself brings the agent that watches running containers."""

STANDARDS: Final = (
    "aws-foundational-security-best-practices/v/1.0.0",
    "cis-aws-foundations-benchmark/v/3.0.0",
)

SCANNED: Final = ("EC2", "ECR", "LAMBDA")
"""What Inspector looks for known flaws in: all that can be run here, though images are all that is."""

DELIVERY: Final = Principal("Service", ("events.amazonaws.com", "delivery.logs.amazonaws.com"))
"""The services that bring events to a log group."""


class Detectors(Room):
    """The three detectors, and the log group of their findings, which Security Hub itself forgets after 90 days.

    Security Hub judges what Config records: its controls find nothing before `recording` is there.
    """

    def __init__(
        self,
        *,
        names: Names,
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        recording: pulumi.Resource,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("detectors", names=names, options=options)
        self._guardduty()
        inspector2.Enabler(
            names.logical("inspector"),
            inspector2.EnablerArgs(region=names.region, account_ids=[names.account_id], resource_types=SCANNED),
            opts=self.child(protect=True),
        )
        hub = securityhub.Account(
            names.logical("security-hub"),
            securityhub.AccountArgs(
                region=names.region,
                # The standards are named below, so that none comes or goes by itself; their new controls do come.
                enable_default_standards=False,
                auto_enable_controls=True,
                control_finding_generator="SECURITY_CONTROL",
            ),
            opts=self.child(protect=True, depends_on=[recording]),
        )
        for standard in STANDARDS:
            securityhub.StandardsSubscription(
                names.logical(standard.partition("/")[0]),
                securityhub.StandardsSubscriptionArgs(
                    region=names.region, standards_arn=f"arn:aws:securityhub:{names.region}::standards/{standard}"
                ),
                opts=self.child(depends_on=[hub]),
            )
        self._findings(logs_key_arn, retention_days)
        self.register_outputs({})

    def _guardduty(self) -> None:
        names = self.names
        detector = guardduty.Detector(
            names.logical("guardduty"),
            guardduty.DetectorArgs(
                region=names.region,
                enable=True,
                finding_publishing_frequency="FIFTEEN_MINUTES",
                tags=names.tags("guardduty"),
            ),
            opts=self.child(protect=True),
        )
        for protection in PROTECTIONS:
            self._protection(detector, protection)
        self._protection(detector, "RUNTIME_MONITORING", *AGENTS)

    def _protection(self, detector: guardduty.Detector, protection: str, *agents: str) -> None:
        guardduty.DetectorFeature(
            self.names.logical(protection.lower().replace("_", "-")),
            guardduty.DetectorFeatureArgs(
                region=self.names.region,
                detector_id=detector.id,
                name=protection,
                status="ENABLED",
                additional_configurations=[
                    guardduty.DetectorFeatureAdditionalConfigurationArgs(name=agent, status="ENABLED")
                    for agent in agents
                ],
            ),
            opts=self.child(),
        )

    def _findings(self, logs_key_arn: pulumi.Input[str], retention_days: int) -> None:
        names = self.names
        name = names.logical("findings")
        group = log_group(self, "findings", key_arn=logs_key_arn, retention_days=retention_days)
        rule = cloudwatch.EventRule(
            name,
            cloudwatch.EventRuleArgs(
                region=names.region,
                name=names.physical("findings"),
                description="Keeps what Security Hub collects from GuardDuty, Inspector, Access Analyzer and Config.",
                event_pattern='{"source": ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"]}',
                state="ENABLED",
                tags=names.tags("findings"),
            ),
            opts=self.child(),
        )
        streams = [pulumi.Output.concat(group.arn, ":*")]
        # A stream is made in nobody's name; what is written to it, in the rule's (EventBridge User Guide, "CloudWatch
        # Logs permissions").
        policy = cloudwatch.LogResourcePolicy(
            name,
            cloudwatch.LogResourcePolicyArgs(
                region=names.region,
                policy_name=names.physical("findings"),
                policy_document=document(
                    Statement(
                        sid="NewStreams", principal=DELIVERY, actions=["logs:CreateLogStream"], resources=streams
                    ),
                    Statement(
                        sid="Findings",
                        principal=DELIVERY,
                        actions=["logs:PutLogEvents"],
                        resources=streams,
                        conditions=[
                            Condition.of(
                                "ArnEquals", "aws:SourceArn", names.arn("events", f"rule/{names.physical('findings')}")
                            )
                        ],
                    ),
                ),
            ),
            opts=self.child(),
        )
        cloudwatch.EventTarget(
            name,
            cloudwatch.EventTargetArgs(region=names.region, rule=rule.name, target_id="findings", arn=group.arn),
            opts=self.child(depends_on=[policy]),
        )
