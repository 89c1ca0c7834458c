"""What the installed SDKs say of properties."""

import subprocess
import sys

import pytest

from hosting.mutation.sdk import knowledge, problems, shapes, takes, unset


def test_enumeration_of_annotations():
    known = knowledge("azure-native:storage:StorageAccount", ("networkRuleSet", "defaultAction"), "Deny")
    assert known.others == ("Allow",)


def test_open_enumeration_of_annotations():
    known = knowledge("azure-native:storage:StorageAccount", ("minimumTlsVersion",), "TLS1_2")
    assert "TLS1_0" in known.others
    assert "TLS1_2" not in known.others


def test_enumeration_in_words():
    known = knowledge("aws:lb/listener:Listener", ("protocol",), "HTTPS")
    assert "HTTP" in known.others


def test_words_about_another_value_are_no_enumeration():
    assert knowledge("aws:lb/listener:Listener", ("protocol",), "something else").others == ()


def test_default_in_words():
    assert knowledge("aws:kms/key:Key", ("enableKeyRotation",), True).default == "false"
    tasks_network = ("networkConfiguration", "assignPublicIp")
    assert knowledge("aws:ecs/service:Service", tasks_network, True).default == "false"


@pytest.mark.parametrize(
    ("kind", "path", "value", "bounds"),
    [
        ("aws:kms/key:Key", ("rotationPeriodInDays",), 365, (90, 2560)),
        ("azure-native:network:NetworkSecurityGroup", ("securityRules", 0, "destinationPortRange"), "443", (0, 65535)),
        ("azure-native:storage:BlobServiceProperties", ("deleteRetentionPolicy", "days"), 30, (1, 365)),
        # Beyond them something else must be meant, and 0 or -1 beside them mean something of their own.
        ("aws:kms/key:Key", ("rotationPeriodInDays",), 7, None),
        ("aws:kms/key:Key", ("rotationPeriodInDays",), True, None),
        ("aws:secretsmanager/secret:Secret", ("recoveryWindowInDays",), 30, None),
        ("azure-native:operationalinsights:Table", ("retentionInDays",), 365, None),
    ],
)
def test_bounds_in_words(kind, path, value, bounds):
    assert knowledge(kind, path, value).bounds == bounds


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("aws:kms/key:Key", ("none",)),
        ("aws:x/y:Z", ("a",)),
        ("hosting:aware:Aware", ("a",)),
        ("aws:kms/key:Key", ("tags", "tenant")),
    ],
)
def test_nothing_is_known_of_what_the_sdk_does_not_have(kind, path):
    known = knowledge(kind, path, "x")
    assert known.others == ()
    assert not known.required


def test_places_in_lists():
    path = ("securityRules", 0, "access")
    assert knowledge("azure-native:network:NetworkSecurityGroup", path, "Deny").others == ("Allow",)


def test_problems_are_what_the_types_have_against_inputs():
    assert takes("aws:kms/key:Key", "tags")
    assert not takes("aws:kms/alias:Alias", "tags")
    assert problems("aws:kms/alias:Alias", {"targetKeyId": "a"}) == []
    assert problems("aws:kms/alias:Alias", {"targetKey": "a"}) != []
    assert problems("aws:x/y:Z", {}) == ["the SDK has no type aws:x/y:Z"]


def test_demanded_properties():
    assert knowledge("azure-native:storage:StorageAccount", ("sku", "name"), "Standard_LRS").required
    assert not knowledge("azure-native:storage:StorageAccount", ("tags",), {}).required


def test_looking_a_type_up_leaves_the_sdk_whole():
    """In a process of its own: what was loaded before hides it."""
    code = (
        "from hosting.mutation.sdk import takes; assert takes('aws:lb/loadBalancer:LoadBalancer', 'name');"
        "from pulumi_aws import lb; assert lb.LoadBalancer"
    )

    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


def test_what_is_not_set_could_be_whatever_is_not_the_default():
    could = dict(unset("aws:kms/key:Key", (), {"enableKeyRotation": True}))
    assert "enableKeyRotation" not in could
    assert could["bypassPolicyLockoutSafetyCheck"] is True
    assert could["isEnabled"] is False
    storage = list(unset("azure-native:storage:StorageAccount", (), {}))
    assert {("minimumTlsVersion", "TLS1_0"), ("minimumTlsVersion", "TLS1_3")} <= {
        each for each in storage if isinstance(each[1], str)
    }


def test_object_that_is_not_set_could_be_one_with_what_it_demands():
    [domain] = [value for name, value in unset("azure-native:storage:StorageAccount", (), {}) if name == "customDomain"]
    assert domain == {"name": "sample"}


def test_object_that_demands_nothing_could_be_one_with_any_of_its_properties():
    places = [
        value for name, value in unset("azure-native:storage:StorageAccount", (), {}) if name == "extendedLocation"
    ]
    assert places == [{"name": "sample"}, {"type": "EdgeZone"}]


def test_properties_inside_an_object_could_be_set():
    could = dict(unset("azure-native:storage:StorageAccount", ("networkRuleSet",), {"defaultAction": "Deny"}))
    assert "defaultAction" not in could
    assert could["resourceAccessRules"]


def test_only_properties_of_the_kind_of_object_that_stands_there_could_be_set():
    path = ("properties", "policyRules", 0)
    rule = {"objectType": "AzureRetentionRule"}
    could = dict(unset("azure-native:dataprotection:BackupPolicy", path, rule))
    assert "isDefault" in could
    assert "backupParameters" not in could


def test_properties_of_providers():
    assert dict(unset("pulumi:providers:aws", (), {"region": "us-east-1"}))["skipCredentialsValidation"] is True


def test_shapes_by_names():
    assert shapes("aws:ec2/networkAcl:NetworkAcl", ("egress", "cidrBlock"))
    assert not shapes("aws:ec2/networkAcl:NetworkAcl", ("egress", "cidrBlocks"))
    assert not shapes("aws:x/y:Z", ("a",))
