"""Recordings as the engine would make them of a few resources."""

import json
from types import MappingProxyType

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies.recording import Recorder

STACK = "urn:pulumi:test::hosting::"
ROOT = f"{STACK}pulumi:pulumi:Stack::hosting-test"
SERVICE = "hosting:cloud_integrated:CloudIntegrated"
TENANT = "hosting:infra:Tenant"
KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

_DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}


def _struct(properties):
    struct = Struct()
    struct.update(properties)
    return struct


def _provider(resource):
    if "provider" not in resource:
        return None
    return proto.AnalyzerProviderResource(
        type="pulumi:providers:aws", name="aws", properties=_struct(resource["provider"])
    )


class Recording:
    """Writes what the engine would have asked about resources; what stands in `unknown` isn't known in the preview."""

    def __init__(self):
        self.resources = []

    def add(self, kind, name, properties=MappingProxyType({}), **other):
        parent = other.get("parent", ROOT if self.resources else "")
        above = "" if parent in ("", ROOT) else f"{parent.split('::')[2]}$"
        urn = f"{STACK}{above}{kind}::{name}"
        self.resources.append(
            {"kind": kind, "name": name, "urn": urn, "properties": dict(properties), **other, "parent": parent}
        )
        return urn

    def write(self, folder):
        for operation, dry_run in (("preview", True), ("up", False)):
            recorder = Recorder(folder / f"test.{operation}")
            recorder.note(
                proto.AnalyzerStackConfigureRequest(
                    stack="test", project="hosting", dry_run=dry_run, config={"hosting:jurisdiction": "us"}
                )
            )
            for each in self.resources:
                properties = self._properties(each, dry_run=dry_run)
                recorder.note(
                    proto.AnalyzeRequest(
                        type=each["kind"],
                        name=each["name"],
                        urn=each["urn"],
                        properties=_struct(properties),
                        provider=_provider(each),
                        options=proto.AnalyzerResourceOptions(
                            protect=each.get("protect", False), parent=each["parent"]
                        ),
                    )
                )
            recorder.note(
                proto.AnalyzeStackRequest(resources=[self._state(each, dry_run=dry_run) for each in self.resources])
            )

    def _state(self, each, *, dry_run):
        outputs = {} if dry_run else each.get("outputs", {})
        return proto.AnalyzerResource(
            type=each["kind"],
            name=each["name"],
            urn=each["urn"],
            parent=each["parent"],
            properties=_struct({**self._properties(each, dry_run=dry_run), **outputs}),
            options=proto.AnalyzerResourceOptions(protect=each.get("protect", False), parent=each["parent"]),
            propertyDependencies={
                name: proto.AnalyzerPropertyDependencies(urns=urns) for name, urns in each.get("sources", {}).items()
            },
        )

    @staticmethod
    def _properties(each, *, dry_run):
        unknown = each.get("unknown", ()) if dry_run else ()
        return {name: UNKNOWN_STRING_VALUE if name in unknown else value for name, value in each["properties"].items()}


def sample():
    """Two tenants with a key and a bucket each, whose policies name the keys."""
    recording = Recording()
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    service = recording.add(SERVICE, "service")
    for tenant in ("acme", "globex"):
        component = recording.add(TENANT, tenant, parent=service)
        arn = f"arn:aws:kms:us-east-1:123456789012:key/{tenant}"
        key = recording.add(
            KEY,
            f"tenant-{tenant}",
            {"enableKeyRotation": True, "deletionWindowInDays": 30},
            parent=component,
            protect=True,
            outputs={"id": tenant, "arn": arn},
        )
        bucket = recording.add(BUCKET, f"tenant-{tenant}", {"bucket": f"data-{tenant}"}, parent=component)
        recording.add(
            POLICY,
            f"tenant-{tenant}",
            {
                "bucket": f"data-{tenant}",
                "policy": json.dumps({"Statement": [{**_DENY, "Resource": arn}]}),
            },
            parent=component,
            sources={"bucket": [bucket], "policy": [key]},
            unknown=("policy",),
        )
    return recording
