"""Each region has its detectors, all of them on, and what they find is kept."""

import json

import pytest

SITES = (("", "us-east-1"), ("-2", "us-west-2"))
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_guardduty_is_on_and_tells_soon(stack, suffix, region):
    detector = stack.of_type("aws:guardduty/detector:Detector")[f"guardduty{suffix}"]

    assert detector["protect"]
    assert detector["inputs"]["region"] == region
    assert detector["inputs"]["enable"] is True
    assert detector["inputs"]["findingPublishingFrequency"] == "FIFTEEN_MINUTES"


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_guardduty_has_all_protections(stack, suffix, region):
    features = [f["inputs"] for f in stack.of_type(FEATURE).values() if f["inputs"]["region"] == region]
    detector = f"aws:guardduty/detector:Detector/guardduty{suffix}"

    assert {feature["name"] for feature in features} == {
        "EBS_MALWARE_PROTECTION",
        "EKS_AUDIT_LOGS",
        "LAMBDA_NETWORK_LOGS",
        "RDS_LOGIN_EVENTS",
        "RUNTIME_MONITORING",
        "S3_DATA_EVENTS",
    }
    assert {feature["status"] for feature in features} == {"ENABLED"}
    assert {feature["detectorId"] for feature in features} == {detector}


@pytest.mark.parametrize("suffix", ["", "-2"])
def test_running_containers_are_watched_by_an_agent_that_guardduty_brings(stack, suffix):
    feature = stack.inputs(FEATURE, f"runtime-monitoring{suffix}")

    assert {agent["name"]: agent["status"] for agent in feature["additionalConfigurations"]} == {
        "EC2_AGENT_MANAGEMENT": "ENABLED",
        "ECS_FARGATE_AGENT_MANAGEMENT": "ENABLED",
        "EKS_ADDON_MANAGEMENT": "ENABLED",
    }


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_security_hub_holds_the_region_against_two_standards(stack, suffix, region):
    hub = stack.of_type("aws:securityhub/account:Account")[f"security-hub{suffix}"]
    standards = stack.of_type("aws:securityhub/standardsSubscription:StandardsSubscription").values()
    here = [standard for standard in standards if standard["inputs"]["region"] == region]

    assert hub["protect"]
    assert hub["inputs"] == {
        "region": region,
        "autoEnableControls": True,
        "controlFindingGenerator": "SECURITY_CONTROL",
        "enableDefaultStandards": False,
    }
    assert {standard["inputs"]["standardsArn"] for standard in here} == {
        f"arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0",
        f"arn:aws:securityhub:{region}::standards/cis-aws-foundations-benchmark/v/3.0.0",
    }
    assert stack.of_type("aws:cfg/recorderStatus:RecorderStatus")[f"config{suffix}"]["urn"] in hub["dependencies"]
    for standard in here:
        assert hub["urn"] in standard["dependencies"]


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_inspector_scans_images(stack, suffix, region):
    enabler = stack.of_type("aws:inspector2/enabler:Enabler")[f"inspector{suffix}"]

    assert enabler["protect"]
    assert enabler["inputs"] == {
        "region": region,
        "accountIds": ["123456789012"],
        "resourceTypes": ["EC2", "ECR", "LAMBDA"],
    }


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_findings_are_kept_in_a_log_group(stack, statements, suffix, region):
    name = f"findings{suffix}"
    rule = stack.inputs("aws:cloudwatch/eventRule:EventRule", name)
    target = stack.of_type("aws:cloudwatch/eventTarget:EventTarget")[name]
    group = f"arn:aws:logs:{region}:123456789012:log-group:/hostco/ci-us/{name}"
    policy = stack.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")[name]

    assert rule["state"] == "ENABLED"
    assert json.loads(rule["eventPattern"]) == {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
    }
    assert target["inputs"]["rule"] == rule["name"]
    assert target["inputs"]["arn"] == group
    assert policy["urn"] in target["dependencies"]
    said = statements(policy["inputs"]["policyDocument"])
    assert {(s["Effect"], s["Action"], s["Resource"], *s["Principal"]["Service"]) for s in said.values()} == {
        ("Allow", action, f"{group}:*", "events.amazonaws.com", "delivery.logs.amazonaws.com")
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    }
    assert said["Findings"]["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:events:{region}:123456789012:rule/{rule['name']}"}
    }
