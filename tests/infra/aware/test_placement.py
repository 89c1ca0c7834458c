import re
from typing import Any
from uuid import UUID

import pytest

from infra.aware.placement import Placement
from infra.settings import SecondRegion, SettingsError, parse_settings
from infra.tenants import Tenant


@pytest.fixture
def longest(sample: dict[str, Any]) -> Placement:
    """The placement with the longest names that settings allow."""
    settings = parse_settings("abcdefgh-jkl", {**sample, "namePrefix": "abcdefgh"})
    return Placement.of(settings, resource_group_name="rg")


def test_names_keep_azures_limits(longest: Placement):
    assert re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]", longest.name("kv"))
    assert re.fullmatch(r"[a-z0-9]{3,24}", longest.compact_name("st"))
    assert re.fullmatch(r"[a-z][a-z0-9]{1,127}", longest.compact_name("fdfp"))
    assert len(longest.name("fde")) <= 46
    assert len(longest.name("log")) <= 63
    assert len(longest.name("nic-pep", "private-endpoints")) <= 80


@pytest.mark.parametrize("stack", ["a--b", "ab-", "a", "abcdefgh-jklm", "Ab"])
def test_a_stack_name_that_no_vault_could_have_is_refused(sample: dict[str, Any], stack: str):
    with pytest.raises(SettingsError, match="stack name"):
        parse_settings(stack, sample)


def test_names_say_what_the_stack_is(longest: Placement):
    assert longest.name("vnet") == "vnet-abcdefgh-abcdefgh-jkl"
    assert longest.name("nsg", "apps") == "nsg-apps-abcdefgh-abcdefgh-jkl"


def test_a_tenants_tags_name_it(longest: Placement):
    assert "tenant" not in longest.tags("main")
    assert longest.tags("tenant-acme", Tenant(id="acme"))["tenant"] == "acme"


def test_role_assignments_have_stable_names_of_their_own(longest: Placement):
    first, second = longest.role_assignment_name("first"), longest.role_assignment_name("second")
    assert first != second
    assert first == longest.role_assignment_name("first")
    assert str(UUID(first)) == first


def test_roles_are_those_of_the_subscription(longest: Placement):
    role = longest.role_definition_id("Key Vault Crypto Service Encryption User")
    assert role.startswith("/subscriptions/00000000-0000-4000-8000-000000000001/providers/Microsoft.Authorization/")
    with pytest.raises(KeyError):
        longest.role_definition_id("Owner")


@pytest.fixture
def second(longest: Placement) -> Placement:
    """Where the same stack stands in its second region."""
    region = SecondRegion.model_validate(
        {"region": "centralus", "zones": ("1", "2", "3"), "addressSpace": "10.41.0.0/16"}
    )
    return longest.at(region, resource_group_name="rg-2")


def test_the_second_region_has_names_that_no_first_region_can_have(longest: Placement, second: Placement):
    assert second.name("vnet") == "vnet-2-abcdefgh-abcdefgh-jkl"
    assert second.name("nsg", "apps") == "nsg-apps-2-abcdefgh-abcdefgh-jkl"
    assert second.compact_name("kv") == "kv2abcdefghabcdefghjkl"
    assert second.label("apps") == "apps-2"
    assert longest.label("apps") == "apps"
    assert second.tags("main")["Name"] == "main-2"
    assert second.role_assignment_name("first") != longest.role_assignment_name("first")


def test_the_second_region_is_another_place_of_the_same_stack(longest: Placement, second: Placement):
    assert (second.region, second.zones, second.resource_group_name) == ("centralus", ("1", "2", "3"), "rg-2")
    assert (second.subscription_id, second.stack) == (longest.subscription_id, longest.stack)


def test_names_of_the_second_region_keep_azures_limits(second: Placement):
    for abbreviation in ("kv", "st", "stf"):
        assert re.fullmatch(r"[a-z0-9]{3,24}", second.compact_name(abbreviation))
    assert re.fullmatch(r"[a-z0-9]{5,50}", second.compact_name("cr"))
