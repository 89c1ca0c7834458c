"""The program builds the service that its stack hosts, and exports what the stack's users need."""

import json
from pathlib import Path

import pulumi
import pytest
import yaml

import infra.aware
import infra.cloud_integrated
import infra.identity
from infra.__main__ import main, stack_settings

ROOT = Path(__file__).parents[2]


def configuration(stack, **changes):
    """A stack file's configuration as the engine hands it over: text by full key."""
    values = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"] | changes
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


class Service:
    """Stands for a service's component."""

    def __init__(self, settings):
        self.portal_url = f"https://{settings.service}"
        self.vpn_endpoint = "vpn"
        self.tenant_keys = {tenant.id: "key" for tenant in settings.tenants}


@pytest.fixture
def exports(declared, monkeypatch):
    """Runs the program with a configuration handed over as to a program of its own; gives what it exports."""

    def run(values):
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps(values))
        found = {}

        def program():
            # The root is the same in all runs of a session.
            pulumi.runtime.get_root_resource().outputs.clear()
            main()
            found.update(pulumi.runtime.get_root_resource().outputs)

        declared(program, lambda _type, _inputs: {})
        return found

    return run


@pytest.mark.parametrize(
    ("stack", "module", "name"),
    [("useast", infra.aware, "Aware"), ("ci-us", infra.cloud_integrated, "CloudIntegrated")],
)
def test_the_service_of_the_stack_is_built_and_exported(exports, monkeypatch, stack, module, name):
    monkeypatch.setattr(module, name, Service)
    values = configuration(stack)

    assert exports(values) == {
        "portalUrl": "https://" + values["hosting:service"],
        "vpnEndpoint": "vpn",
        "tenantKeys": {"acme": "key", "globex": "key", "initech": "key"},
    }


def test_the_stack_of_the_entra_tenant_exports_its_groups(exports, monkeypatch):
    class Identity:
        def __init__(self, settings):
            self.group_ids = {"platform": settings.identity.entra_tenant_id}

    monkeypatch.setattr(infra.identity, "Identity", Identity)

    assert exports(configuration("identity")) == {"groupIds": {"platform": "00000000-0000-4000-8000-000000000002"}}


def test_an_inline_program_finds_its_configuration_too(declared):
    found = []

    def program():
        pulumi.runtime.set_all_config(configuration("ci-us"))
        found.append(stack_settings())

    declared(program, lambda _type, _inputs: {})

    assert found[0].service == "cloud-integrated"


def test_configuration_of_others_is_left_alone(declared):
    found = []

    def program():
        pulumi.runtime.set_all_config(configuration("ci-us") | {"aws:region": "eu-west-1", "other:colour": "red"})
        found.append(stack_settings())

    declared(program, lambda _type, _inputs: {})

    assert found[0].region == "us-east-1"


def test_settings_that_cannot_be_used_end_the_program_with_their_sentence(exports):
    with pytest.raises(pulumi.RunError, match="hosting:colour is not a key here"):
        exports(configuration("ci-us") | {"hosting:colour": "red"})
