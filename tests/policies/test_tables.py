from datetime import date

from infra.settings import AWARE_PAIRS, AWARE_REGIONS, CLOUD_INTEGRATED_REGIONS
from policies.tables import jurisdictions, tls_reviewed, tls_setting


def test_the_program_offers_only_regions_that_the_rules_accept():
    """Two tables on purpose: whoever widens one has to widen the other, and is seen."""
    assert {name: set(regions) for name, regions in jurisdictions().aws.items()} == {
        name: set(regions) for name, regions in CLOUD_INTEGRATED_REGIONS.items()
    }
    assert {name: set(regions) for name, regions in jurisdictions().azure.items()} == {
        name: {*regions, *(AWARE_PAIRS[region] for region in regions)} for name, regions in AWARE_REGIONS.items()
    }


def test_an_unknown_jurisdiction_has_no_regions():
    assert jurisdictions().regions("azure", "uk") == ()
    assert "eu-west-2" in jurisdictions().regions("aws", "uk")


def test_no_region_belongs_to_two_jurisdictions():
    for table in (jurisdictions().aws, jurisdictions().azure):
        regions = [region for each in table.values() for region in each]
        assert len(regions) == len(set(regions))


def test_global_types_have_a_reason():
    assert all(reason for reason in jurisdictions().global_types.values())


def test_transport_encryption_is_dated_and_sourced():
    assert tls_reviewed() <= date.today()  # noqa: DTZ011  # a day is precise enough
    for service in ("aws-load-balancer", "azure-front-door", "azure-storage"):
        setting = tls_setting(service)
        assert setting.accepted
        assert setting.source
