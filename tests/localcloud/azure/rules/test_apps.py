"""What is refused of Container Apps."""

import pytest

from localcloud.backend import RejectedError


def test_environment_needs_a_subnet_of_its_own_that_is_large_enough(world):
    delegation = [{"name": "apps", "serviceName": "Microsoft.App/environments"}]
    profiles = [{"name": "Consumption", "workloadProfileType": "Consumption"}]
    subnet = world.put("network:Subnet", addressPrefix="10.0.0.0/28", delegations=delegation)
    network = {"infrastructureSubnetId": subnet, "internal": True}
    with pytest.raises(RejectedError, match="at least a /27"):
        world.put("app:ManagedEnvironment", vnetConfiguration=network, workloadProfiles=profiles)
    with pytest.raises(RejectedError, match="must not be delegated"):
        world.put("app:ManagedEnvironment", vnetConfiguration=network)
    world.update("network:Subnet", subnet, **world.minimal("network:Subnet", addressPrefix="10.0.0.0/27"))
    with pytest.raises(RejectedError, match="must be delegated"):
        world.put("app:ManagedEnvironment", vnetConfiguration=network, workloadProfiles=profiles)
    good = world.minimal("network:Subnet", addressPrefix="10.0.0.0/27", delegations=delegation)
    world.update("network:Subnet", subnet, **good)
    outputs = world.outputs(world.put("app:ManagedEnvironment", vnetConfiguration=network, workloadProfiles=profiles))
    assert outputs["staticIp"].startswith("10.0.0.")
    with pytest.raises(RejectedError, match="is used by the environment example1"):
        world.put(
            "app:ManagedEnvironment", environmentName="other", vnetConfiguration=network, workloadProfiles=profiles
        )


def test_zone_redundancy_needs_a_network(world):
    assert len(world.check("app:ManagedEnvironment", zoneRedundant=True)) == 1


def test_app_needs_an_environment_with_its_profile(world):
    assert world.check("app:ContainerApp", environmentId=None) == []
    with pytest.raises(RejectedError, match="needs environmentId"):
        world.put("app:ContainerApp", environmentId=None)
    with pytest.raises(RejectedError, match="no workload profile 'Large'"):
        world.put("app:ContainerApp", workloadProfileName="Large")


def test_app_reads_only_secrets_that_it_has(world):
    container = {"name": "a", "image": "a", "env": [{"name": "A", "secretRef": "a"}]}
    template = {"containers": [container]}
    assert world.check("app:ContainerApp", template=template) == [
        "template.containers[0].env[0].secretRef: the app has no secret 'a'"
    ]
    secrets = {"secrets": [{"name": "a", "value": "x"}]}
    assert world.check("app:ContainerApp", template=template, configuration=secrets) == []


def test_secret_of_an_app_goes_in_and_never_comes_out(world):
    configuration = {"secrets": [{"name": "a", "value": "hunter2"}]}
    identity = world.put("app:ContainerApp", configuration=configuration)
    assert world.outputs(identity)["configuration"]["secrets"] == [{"name": "a"}]
    assert "hunter2" not in str(world.backend.body(identity))
    imported = world.backend.read("azure-native:app:ContainerApp", identity, None)
    assert "hunter2" not in str(imported)
    assert world.inputs("app:ContainerApp", identity)["configuration"] == configuration


def test_app_is_found_under_its_environments_domain(world):
    identity = world.put("app:ContainerApp", configuration={"ingress": {"external": True, "targetPort": 8080}})
    outputs = world.outputs(identity)
    domain = world.outputs(outputs["environmentId"])["defaultDomain"]
    assert outputs["configuration"]["ingress"]["fqdn"] == f"example1.{domain}"
