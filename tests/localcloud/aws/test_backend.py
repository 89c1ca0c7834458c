"""What holds for all types: configuration, checks, regions, names, drift, references, crash recovery."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.aws import AwsBackend
from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import UNKNOWN, PartlyDoneError, Properties, RejectedError

if TYPE_CHECKING:
    from conftest import Laboratory

KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
TRAIL = "aws:cloudtrail/trail:Trail"


def client(aws: AwsBackend, service: str, region: str = "us-east-1") -> Any:
    """A change behind the engine's back."""
    return aws.cloud.client(service, region)


def refreshed(aws: AwsBackend, kind: str, identity: str, inputs: Properties) -> Properties | None:
    found = aws.read(kind, identity, inputs)
    return None if found is None else found.inputs


def selecting(*fields: Properties) -> Properties:
    """A trail with one selector of these fields."""
    return {"s3BucketName": "logs", "advancedEventSelectors": [{"name": "one", "fieldSelectors": list(fields)}]}


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        ({}, "The AWS provider needs a region."),
        ({"region": "us-east-1", "allowedAccountIds": ["210987654321"]}, "not among the allowed ones"),
        ({"region": "us-east-1", "forbiddenAccountIds": [ACCOUNT]}, "not among the allowed ones"),
        ({"region": "us-east-1", "endpoints": [{"s3": "http://example.com"}]}, "setting endpoints"),
    ],
)
def test_configuration_of_another_cloud_is_refused(aws: AwsBackend, configuration: Properties, sentence: str) -> None:
    with pytest.raises(RejectedError, match=sentence):
        aws.configure(configuration)


@pytest.mark.parametrize(
    ("kind", "inputs", "property_path", "reason"),
    [
        ("aws:eks/cluster:Cluster", {}, "", "add it in localcloud/aws/table"),
        (VPC, {"cidrBlok": "10.0.0.0/16"}, "cidrBlok", "not a property"),
        (SUBNET, {"cidrBlock": "10.0.0.0/24"}, "vpcId", "missing"),
        (VPC, {"cidrBlock": 16}, "cidrBlock", "must be text"),
        (VPC, {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": "yes"}, "enableDnsSupport", "true or false"),
        (VPC, {"tags": {"Name": 1}}, "tags.Name", "must be text"),
        (BUCKET, {"acl": "public-read"}, "acl", "doesn't simulate acl"),
        (KEY, {"deletionWindowInDays": 3}, "", "between 7 and 30"),
        (KEY, {"deletionWindowInDays": 31}, "", "between 7 and 30"),
        (
            "aws:lb/listener:Listener",
            {"loadBalancerArn": "arn", "defaultActions": [{"type": "forward", "forward": {"targetGroups": [{}]}}]},
            "defaultActions[0].forward.targetGroups[0].arn",
            "missing",
        ),
        (RULE, {"securityGroupId": "sg-1", "ipProtocol": "-1"}, "", "exactly one of cidrIpv4"),
        ("aws:ec2/flowLog:FlowLog", {}, "", "exactly one of vpcId"),
        (TRAIL, selecting({"field": "readOnly", "equals": ["true"]}), "", "must select by eventCategory"),
        (TRAIL, selecting({"field": "eventCategory", "equals": ["Data"]}), "", "must select by resources.type"),
        ("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", {"accountId": "210987654321"}, "", "210987654321"),
    ],
)
def test_wrong_inputs_are_named(
    aws: AwsBackend, kind: str, inputs: Properties, property_path: str, reason: str
) -> None:
    _, failures = aws.check(kind, inputs)
    assert [(each.property, reason in each.reason) for each in failures] == [(property_path, True)]


def test_unknown_type_is_refused_everywhere(aws: AwsBackend) -> None:
    with pytest.raises(RejectedError, match="aws:eks/cluster:Cluster yet: add it in localcloud/aws/table"):
        aws.create("aws:eks/cluster:Cluster", "urn:x::y", {})


def test_resource_has_a_region_of_its_own(laboratory: "Laboratory") -> None:
    aws, inputs = laboratory.aws, {"cidrBlock": "10.0.0.0/16", "region": "eu-west-2"}
    identity, outputs = laboratory.make(VPC, inputs)
    assert outputs["region"] == "eu-west-2"
    assert outputs["arn"].startswith("arn:aws:ec2:eu-west-2:")
    assert client(aws, "ec2", "eu-west-2").describe_vpcs(VpcIds=[identity])["Vpcs"]
    assert aws.read(VPC, identity, {}) is None
    imported = aws.read(VPC, f"{identity}@eu-west-2", None)
    assert imported is not None
    assert imported.identity == identity
    assert any(each.replaces for each in aws.diff(VPC, inputs, outputs, inputs | {"region": "eu-west-1"}))
    aws.delete(VPC, identity, outputs)
    assert aws.read(VPC, identity, inputs) is None


def test_missing_name_is_made_from_the_logical_one(aws: AwsBackend) -> None:
    first, outputs = aws.create(BUCKET, f"urn:pulumi:test::hosting::{BUCKET}::data", {})
    second, _ = aws.create(BUCKET, f"urn:pulumi:test::hosting::{BUCKET}::data", {"bucketPrefix": "logs-"})
    assert first.startswith("data-")
    assert second.startswith("logs-")
    assert outputs["bucket"] == first
    assert aws.diff(BUCKET, {}, outputs, {}) == []
    assert refreshed(aws, BUCKET, first, {}) == {}


def test_two_of_one_name_are_refused(laboratory: "Laboratory") -> None:
    for kind, inputs in (
        (BUCKET, {"bucket": "twice"}),
        ("aws:iam/role:Role", {"name": "twice", "assumeRolePolicy": "{}"}),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/twice"}),
        ("aws:cloudtrail/trail:Trail", {"name": "twice", "s3BucketName": "twice"}),
        (
            "aws:lb/loadBalancer:LoadBalancer",
            {"name": "twice", "subnets": [laboratory.subnet(0), laboratory.subnet(1)]},
        ),
        (
            "aws:ecs/service:Service",
            {"name": "twice", "cluster": laboratory.cluster, "taskDefinition": laboratory.task()},
        ),
    ):
        laboratory.make(kind, inputs)
        with pytest.raises(RejectedError, match="AWS refuses Create"):
            laboratory.make(kind, inputs)


def test_same_name_goes_before_its_replacement(aws: AwsBackend) -> None:
    assert aws.deletes_before_replacing(BUCKET, {"bucket": "a"}, {"bucket": "a", "objectLockEnabled": True})
    assert not aws.deletes_before_replacing(BUCKET, {"bucket": "a"}, {"bucket": "b"})
    assert aws.deletes_before_replacing(GROUP, {"name": "a"}, {"name": "a", "description": "b"})
    assert not aws.deletes_before_replacing(VPC, {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"})


def test_refresh_finds_a_rotation_that_was_switched_off(laboratory: "Laboratory") -> None:
    inputs = {"enableKeyRotation": True}
    identity, outputs = laboratory.make(KEY, inputs)
    client(laboratory.aws, "kms").disable_key_rotation(KeyId=identity)
    drifted = refreshed(laboratory.aws, KEY, identity, inputs)
    assert drifted == {"enableKeyRotation": False}
    healed = laboratory.aws.update(KEY, identity, drifted, inputs, everything=False)
    assert healed == outputs
    assert client(laboratory.aws, "kms").get_key_rotation_status(KeyId=identity)["KeyRotationEnabled"]


def test_refresh_finds_a_disabled_key_though_nobody_set_it(laboratory: "Laboratory") -> None:
    identity, _ = laboratory.make(KEY, {})
    client(laboratory.aws, "kms").disable_key(KeyId=identity)
    assert refreshed(laboratory.aws, KEY, identity, {}) == {"isEnabled": False}


def test_refresh_finds_a_key_that_is_being_deleted_gone(laboratory: "Laboratory") -> None:
    identity, _ = laboratory.make(KEY, {})
    client(laboratory.aws, "kms").schedule_key_deletion(KeyId=identity, PendingWindowInDays=7)
    assert laboratory.aws.read(KEY, identity, {}) is None


def test_refresh_finds_a_trail_that_records_something_else(laboratory: "Laboratory") -> None:
    inputs = selecting({"field": "eventCategory", "equals": ["Management"]})
    inputs |= {"name": laboratory.unique("drift"), "s3BucketName": laboratory.bucket()}
    identity, outputs = laboratory.make(TRAIL, inputs)
    cloudtrail = client(laboratory.aws, "cloudtrail")
    only_reads = {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": []}
    cloudtrail.put_event_selectors(TrailName=identity, EventSelectors=[only_reads])
    drifted = refreshed(laboratory.aws, TRAIL, identity, inputs)
    assert drifted == {name: value for name, value in inputs.items() if name != "advancedEventSelectors"}
    assert laboratory.aws.update(TRAIL, identity, drifted, inputs, everything=False) == outputs
    held = cloudtrail.get_event_selectors(TrailName=identity)["AdvancedEventSelectors"]
    assert [field["Equals"] for field in held[0]["FieldSelectors"]] == [["Management"]]
    laboratory.aws.update(TRAIL, identity, inputs, drifted, everything=False)
    (held,) = cloudtrail.get_event_selectors(TrailName=identity)["EventSelectors"]
    assert (held["ReadWriteType"], held["IncludeManagementEvents"]) == ("All", True)


def test_refresh_finds_a_missing_policy_and_a_missing_bucket(laboratory: "Laboratory") -> None:
    bucket = laboratory.bucket()
    inputs = {"bucket": bucket, "policy": '{"Version": "2012-10-17", "Statement": []}'}
    identity, _ = laboratory.make(POLICY, inputs)
    client(laboratory.aws, "s3").delete_bucket_policy(Bucket=bucket)
    assert laboratory.aws.read(POLICY, identity, inputs) is None
    client(laboratory.aws, "s3").delete_bucket(Bucket=bucket)
    assert laboratory.aws.read(BUCKET, bucket, {"bucket": bucket}) is None
    laboratory.aws.delete(POLICY, identity, inputs)


def test_refresh_finds_changed_and_added_tags(laboratory: "Laboratory") -> None:
    tagged, untagged = {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "a"}}, {"cidrBlock": "10.0.0.0/16"}
    first, second = laboratory.make(VPC, tagged)[0], laboratory.make(VPC, untagged)[0]
    client(laboratory.aws, "ec2").create_tags(Resources=[first, second], Tags=[{"Key": "Name", "Value": "b"}])
    assert refreshed(laboratory.aws, VPC, first, tagged) == tagged | {"tags": {"Name": "b"}}
    drifted = refreshed(laboratory.aws, VPC, second, untagged)
    assert drifted == untagged | {"tags": {"Name": "b"}}
    outputs = laboratory.aws.update(VPC, second, drifted, untagged, everything=False)
    assert outputs["tags"] == {}


def test_refresh_finds_a_security_group_rule_that_nobody_declared(laboratory: "Laboratory") -> None:
    inputs = {"name": laboratory.unique("drift"), "description": "d", "vpcId": laboratory.vpc}
    identity, outputs = laboratory.make(GROUP, inputs)
    laboratory.make(
        RULE,
        {"securityGroupId": identity, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"},
    )
    found = laboratory.aws.read(GROUP, identity, inputs)
    assert found is not None
    assert found.outputs == outputs
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    client(laboratory.aws, "ec2").authorize_security_group_ingress(GroupId=identity, IpPermissions=[permission])
    found = laboratory.aws.read(GROUP, identity, inputs)
    assert found is not None
    assert found.outputs["ingress"] == [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]


def test_new_security_group_lets_nothing_out(laboratory: "Laboratory") -> None:
    identity = laboratory.security_group("closed")
    group = client(laboratory.aws, "ec2").describe_security_groups(GroupIds=[identity])["SecurityGroups"][0]
    assert group["IpPermissionsEgress"] == []


def test_gateway_gives_its_address_back(laboratory: "Laboratory") -> None:
    address, held = laboratory.make("aws:ec2/eip:Eip", {"domain": "vpc"})
    gateway, outputs = laboratory.make(
        "aws:ec2/natGateway:NatGateway", {"allocationId": address, "subnetId": laboratory.subnet()}
    )
    described = client(laboratory.aws, "ec2").describe_addresses
    assert "AssociationId" in described(AllocationIds=[address])["Addresses"][0]
    laboratory.aws.delete("aws:ec2/natGateway:NatGateway", gateway, outputs)
    assert "AssociationId" not in described(AllocationIds=[address])["Addresses"][0]
    laboratory.aws.delete("aws:ec2/eip:Eip", address, held)
    assert laboratory.aws.read("aws:ec2/eip:Eip", address, {}) is None


def test_object_that_exists_but_could_not_be_finished_is_kept(laboratory: "Laboratory") -> None:
    """A key is made; the alias of another is then pointed at a key that isn't there."""
    inputs = {"enableKeyRotation": True, "customerMasterKeySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"}
    original = client(laboratory.aws, "kms")
    laboratory.aws.cloud.client.cache_clear()
    broken = client(laboratory.aws, "kms")
    broken.enable_key_rotation = refuse(broken)
    with pytest.raises(PartlyDoneError) as caught:
        laboratory.make(KEY, inputs)
    laboratory.aws.cloud.client.cache_clear()
    assert original.describe_key(KeyId=caught.value.identity)["KeyMetadata"]["Enabled"]
    assert caught.value.reasons == ("AWS refuses EnableKeyRotation: no (UnsupportedOperationException).",)
    assert caught.value.outputs["keyId"] == caught.value.identity


def refuse(kms: Any) -> Any:
    def enable_key_rotation(**_: Any) -> None:
        raise kms.exceptions.ClientError(
            {"Error": {"Code": "UnsupportedOperationException", "Message": "no"}}, "EnableKeyRotation"
        )

    return enable_key_rotation


def test_update_of_something_gone_says_so(aws: AwsBackend) -> None:
    with pytest.raises(RejectedError, match="isn't there any more"):
        aws.update(VPC, "vpc-00000000", {}, {"tags": {"a": "b"}}, everything=False)


def test_find_tells_twins_apart_by_name_tag_and_stack(laboratory: "Laboratory") -> None:
    inputs = {"cidrBlock": "10.7.0.0/16", "tags": {"Name": "twin", "stack": "one"}}
    identity, _ = laboratory.make(VPC, inputs)
    laboratory.make(VPC, inputs | {"tags": {"Name": "twin", "stack": "two"}})
    assert laboratory.aws.find(VPC, inputs) == [identity]
    assert laboratory.aws.find(VPC, {"cidrBlock": "10.7.0.0/16"}) == []


def test_prediction_gives_ids_that_follow_from_names(aws: AwsBackend) -> None:
    predicted = aws.predict(BUCKET, "urn:x", {"bucket": "data", "tags": {"a": "b"}})
    assert predicted["id"] == "data"
    assert predicted["arn"] == "arn:aws:s3:::data"
    assert predicted["tagsAll"] == {"a": "b"}
    assert aws.predict(POLICY, "urn:x", {"bucket": UNKNOWN, "policy": "{}"}) == {"region": "us-east-1"}
    assert "id" not in aws.predict(VPC, "urn:x", {"cidrBlock": "10.0.0.0/16"})


def test_functions(aws: AwsBackend) -> None:
    identity = aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert identity["accountId"] == ACCOUNT
    assert aws.invoke("aws:index/getRegion:getRegion", {})["region"] == "us-east-1"
    with pytest.raises(RejectedError, match="aws:ec2/getVpc:getVpc yet"):
        aws.invoke("aws:ec2/getVpc:getVpc", {})


def test_certificate_without_its_record_is_never_valid(laboratory: "Laboratory") -> None:
    inputs = {"domainName": f"{laboratory.unique('lonely')}.example.com", "validationMethod": "DNS"}
    identity, _ = laboratory.make("aws:acm/certificate:Certificate", inputs)
    with pytest.raises(RejectedError, match="no hosted zone has the record"):
        laboratory.make("aws:acm/certificateValidation:CertificateValidation", {"certificateArn": identity})


ALIAS = "aws:kms/alias:Alias"
VAULT = "aws:backup/vault:Vault"
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"


@pytest.mark.parametrize("kind", [VAULT, ANALYZER])
def test_two_objects_of_one_name_live_in_two_regions(laboratory: "Laboratory", kind: str) -> None:
    """One of moto's types, one that is kept in memory: what happens to one doesn't touch the other."""
    aws, name = laboratory.aws, laboratory.unique("both")
    named = {"analyzerName" if kind == ANALYZER else "name": name}
    first, second = named | {"region": "us-east-1"}, named | {"region": "us-west-2"}
    assert aws.find(kind, second) == []
    one, outputs = laboratory.make(kind, first)
    assert aws.find(kind, second) == []
    other, others = laboratory.make(kind, second)
    assert one == other == name
    assert (":us-east-1:" in outputs["arn"], ":us-west-2:" in others["arn"]) == (True, True)
    tagged = second | {"tags": {"Name": "second"}}
    others = aws.update(kind, other, second, tagged, everything=False)
    assert refreshed(aws, kind, one, first) == first
    assert refreshed(aws, kind, other, tagged) == tagged
    imported = aws.read(kind, f"{name}@us-west-2", None)
    assert imported is not None
    assert imported.inputs["region"] == "us-west-2"
    aws.delete(kind, one, outputs)
    assert aws.read(kind, one, first) is None
    assert aws.find(kind, second) == [name]
    aws.delete(kind, other, others)
    assert aws.read(kind, other, second) is None


def test_keys_of_one_tenant_in_two_regions_are_told_apart(laboratory: "Laboratory") -> None:
    aws, name = laboratory.aws, f"alias/tenant/{laboratory.unique('acme')}"
    tags = {"Name": name, "stack": "test"}
    keys = {region: laboratory.make(KEY, {"region": region, "tags": tags})[0] for region in ("us-east-1", "us-west-2")}
    assert len({*keys.values()}) == 2
    for region, key in keys.items():
        assert aws.find(KEY, {"region": region, "tags": tags}) == [key]
        laboratory.make(ALIAS, {"name": name, "targetKeyId": key, "region": region})
        found = refreshed(aws, ALIAS, name, {"name": name, "targetKeyId": key, "region": region})
        assert found is not None
        assert found["targetKeyId"] == key
        held = client(aws, "kms", region).describe_key(KeyId=name)["KeyMetadata"]["Arn"]
        assert held == f"arn:aws:kms:{region}:{ACCOUNT}:key/{key}"
    wrong = {"name": f"{name}-wrong", "targetKeyId": keys["us-west-2"], "region": "us-east-1"}
    with pytest.raises(RejectedError):
        laboratory.make(ALIAS, wrong)


def test_part_of_a_bucket_has_to_be_in_the_buckets_region(laboratory: "Laboratory") -> None:
    bucket = laboratory.bucket(region="us-west-2")
    versioning = {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}, "region": "us-east-1"}
    with pytest.raises(RejectedError, match="is in us-west-2, not in us-east-1"):
        laboratory.make("aws:s3/bucketVersioning:BucketVersioning", versioning)
    assert "Status" not in client(laboratory.aws, "s3", "us-west-2").get_bucket_versioning(Bucket=bucket)


def test_route_leads_through_a_firewalls_endpoint(laboratory: "Laboratory") -> None:
    policy = laboratory.make(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        {
            "name": laboratory.unique("policy"),
            "firewallPolicy": {
                "statelessDefaultActions": ["aws:forward_to_sfe"],
                "statelessFragmentDefaultActions": ["aws:drop"],
            },
        },
    )[0]
    inputs = {
        "name": laboratory.unique("firewall"),
        "firewallPolicyArn": policy,
        "vpcId": laboratory.vpc,
        "subnetMappings": [{"subnetId": laboratory.subnet(0)}],
    }
    firewall, outputs = laboratory.make("aws:networkfirewall/firewall:Firewall", inputs)
    (state,) = outputs["firewallStatuses"][0]["syncStates"]
    endpoint = state["attachments"][0]["endpointId"]
    assert state["availabilityZone"] == "us-east-1a"
    route = {
        "routeTableId": laboratory.route_table(),
        "destinationCidrBlock": "0.0.0.0/0",
        "vpcEndpointId": endpoint,
    }
    identity, _ = laboratory.make("aws:ec2/route:Route", route)
    assert refreshed(laboratory.aws, "aws:ec2/route:Route", identity, route) == route
    protected = laboratory.aws.update(
        "aws:networkfirewall/firewall:Firewall", firewall, inputs, inputs | {"deleteProtection": True}, everything=False
    )
    with pytest.raises(RejectedError, match="protected from deletion"):
        laboratory.aws.delete("aws:networkfirewall/firewall:Firewall", firewall, protected)


def test_what_is_kept_in_memory_exists_once(laboratory: "Laboratory") -> None:
    inputs = {"analyzerName": laboratory.unique("once")}
    laboratory.make(ANALYZER, inputs)
    with pytest.raises(RejectedError, match="already exists"):
        laboratory.make(ANALYZER, inputs)


def test_reference_below_a_property_is_looked_up(laboratory: "Laboratory") -> None:
    inputs = {
        "name": laboratory.unique("policy"),
        "firewallPolicy": {
            "statelessDefaultActions": ["aws:drop"],
            "statelessFragmentDefaultActions": ["aws:drop"],
            "statefulRuleGroupReferences": [{"resourceArn": "arn:missing"}],
        },
    }
    with pytest.raises(RejectedError, match="resourceArn names arn:missing, which isn't there"):
        laboratory.make("aws:networkfirewall/firewallPolicy:FirewallPolicy", inputs)


def test_replica_of_a_table_needs_another_region_and_a_stream(laboratory: "Laboratory") -> None:
    table = {
        "name": laboratory.unique("table"),
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
    }
    arn = laboratory.make("aws:dynamodb/table:Table", table)[1]["arn"]
    for region, reason in (("us-east-1", "another region"), ("us-west-2", "no stream")):
        with pytest.raises(RejectedError, match=reason):
            laboratory.make("aws:dynamodb/tableReplica:TableReplica", {"globalTableArn": arn, "region": region})


def test_queue_keeps_its_policy_when_another_attribute_is_set(laboratory: "Laboratory") -> None:
    queue, _ = laboratory.make("aws:sqs/queue:Queue", {"name": laboratory.unique("queue")})
    statement = {"Sid": "One", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    inputs = {"queueUrl": queue, "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    identity, _ = laboratory.make("aws:sqs/queuePolicy:QueuePolicy", inputs)
    client(laboratory.aws, "sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "7"})
    assert refreshed(laboratory.aws, "aws:sqs/queuePolicy:QueuePolicy", identity, inputs) == inputs
