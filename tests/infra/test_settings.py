"""What a stack file may say, and the sentence that each mistake is answered with."""

import json
import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from infra.settings import (
    AWARE_REGIONS,
    CLOUD_INTEGRATED_REGIONS,
    MAXIMUM_TENANTS,
    AccessGroups,
    AwareImages,
    AwareOptions,
    CloudIntegratedImages,
    CloudIntegratedOptions,
    IdentityOptions,
    IdentitySettings,
    Retention,
    SecondRegion,
    Settings,
    SettingsError,
    parse_settings,
    parse_stack,
)

ROOT = Path(__file__).parents[2]
STACKS = ("useast", "ci-us", "ci-uk", "ci-eu", "ci-za", "ci-au", "ci-ca")


def sample(stack):
    """The settings in a stack file of the checkout."""
    values = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key.removeprefix("hosting:"): value for key, value in values.items() if key.startswith("hosting:")}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_of_the_checkout_is_understood(stack):
    settings = parse_settings(stack, sample(stack))

    assert settings.stack == stack
    assert [tenant.id for tenant in settings.tenants] == ["acme", "globex", "initech"]


@pytest.mark.parametrize("stack", STACKS)
def test_values_are_the_same_as_the_engine_hands_them_over(stack):
    as_text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in sample(stack).items()}

    assert parse_settings(stack, as_text) == parse_settings(stack, sample(stack))


def test_an_empty_object_is_nothing():
    assert parse_settings("ci-us", {**sample("ci-us"), "aware": {}}).aware is None


def test_a_number_for_text_messages_is_a_term_and_nobodys_by_default():
    called = {**sample("useast"), "aware": {**AWARE_OPTIONS, "onCallPhone": "+44 2079460000"}}

    assert parse_settings("useast", called).terms["onCallPhone"] == "+44 2079460000"
    uncalled = {**sample("useast"), "aware": {k: v for k, v in AWARE_OPTIONS.items() if k != "onCallPhone"}}
    assert "onCallPhone" not in parse_settings("useast", uncalled).terms


@pytest.mark.parametrize("number", ["2025550123", "+12025550123", "+1 202-555-0123", "+0 2025550123", "+1 123", ""])
def test_what_is_no_phone_number_is_refused(number):
    with pytest.raises(SettingsError, match=r"onCallPhone: .*is not a phone number"):
        parse_settings("useast", {**sample("useast"), "aware": {**AWARE_OPTIONS, "onCallPhone": number}})


def test_who_is_let_in_is_a_term():
    aws = parse_settings("ci-us", sample("ci-us")).terms

    assert aws["identityProviderArn"] == "arn:aws:iam::123456789012:saml-provider/workforce"
    assert aws["breakGlassPrincipalArn"] == "arn:aws:iam::210987654321:user/break-glass"
    assert aws["vpnGroupIds"] == [f"00000000-0000-4000-8000-0000000000{number}" for number in (11, 12)]
    assert [str(each)[-2:] for each in aws["vpnDeviceCertificateArns"]] == ["31", "32"]
    assert aws["hostedZoneId"] == "Z0000000000000000001"
    aware = parse_settings("useast", sample("useast")).terms
    assert aware["breakGlassUserIds"] == [f"00000000-0000-4000-8000-0000000000{number}" for number in (21, 22)]


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        parse_settings("ci-us", sample("ci-us")).region = "eu-west-1"  # type: ignore[misc]  # tried on purpose


TENANT = {"id": "acme"}
MANY = [{"id": f"tenant{number}"} for number in range(MAXIMUM_TENANTS["cloud-integrated"] + 1)]
SECOND = sample("ci-us")["secondRegion"]
OPTIONS = sample("ci-us")["cloudIntegrated"]
AWARE_OPTIONS = sample("useast")["aware"]
SUBSCRIPTION = AWARE_OPTIONS["allowedSubscriptionIds"][0]

MISTAKES = {
    "unknown setting": ("ci-us", {"colour": "red"}, "hosting:colour is not a key here: remove it, or correct its name"),
    "misspelt setting": ("ci-us", {"adressSpace": "10.0.0.0/16"}, "hosting:adressSpace is not a key here: remove"),
    "setting in the program's spelling": (
        "ci-us",
        {"name_prefix": "h"},
        "hosting:name_prefix is not a key here: remove",
    ),
    "unknown setting of the service": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "colour": "red"}},
        "hosting:cloudIntegrated.colour is not a key here: remove",
    ),
    "unknown setting of a tenant": (
        "ci-us",
        {"tenants": [{"id": "acme", "stat": "active"}]},
        r"hosting:tenants\[0\].stat is not a key here: did you mean state\?",
    ),
    "the stack's name as a setting": ("ci-us", {"stack": "other"}, "hosting:stack is not a key here: remove it"),
    "unknown service": ("ci-us", {"service": "aws"}, "hosting:service has to be 'aware', 'cloud-integrated' or "),
    "tenant id malformed": (
        "ci-us",
        {"tenants": [{"id": "Acme-1"}]},
        r"hosting:tenants\[0\].id: 'Acme-1' is not a tenant",
    ),
    "tenant id too short": ("useast", {"tenants": [{"id": "ab"}]}, r"hosting:tenants\[0\].id: 'ab' is not a tenant id"),
    "tenant id too long": ("useast", {"tenants": [{"id": "a" * 20}]}, f"'{'a' * 20}' is not a tenant id of 3 to 19"),
    "tenant twice": ("ci-us", {"tenants": [TENANT, {"id": "other"}, TENANT]}, "tenants names 'acme' twice: remove one"),
    "tenant without id": ("ci-us", {"tenants": [{}]}, r"hosting:tenants\[0\].id is missing: add it"),
    "unknown state": (
        "ci-us",
        {"tenants": [{"id": "acme", "state": "gone"}]},
        r"hosting:tenants\[0\].state has to be 'active', 'suspended', 'terminated' or 'deleted'",
    ),
    "too many tenants": (
        "ci-us",
        {"tenants": MANY},
        "tenants has 251 rows, and a stack of cloud-integrated holds 250 at most: put the others into another stack, "
        "such as ci-us-2,",
    ),
    "tenants that are no list": ("ci-us", {"tenants": "acme"}, "hosting:tenants has to be a list: write"),
    "tenants that are broken JSON": (
        "ci-us",
        {"tenants": '[{"id": '},
        "hosting:tenants has to be a list: write",
    ),
    "region outside the jurisdiction": (
        "ci-us",
        {"region": "eu-central-1"},
        "region 'eu-central-1' is outside the jurisdiction 'us': use us-east-1, us-east-2 or us-west-2",
    ),
    "region of the other cloud": ("useast", {"region": "us-east-1"}, "region 'us-east-1' is outside the jurisdiction"),
    "jurisdiction unknown": ("ci-us", {"jurisdiction": "fr"}, "hosting:jurisdiction has to be 'us', 'uk'"),
    "jurisdiction not offered": (
        "useast",
        {"jurisdiction": "za"},
        "jurisdiction 'za' is not offered for the service aware: use us",
    ),
    "two zones": ("ci-us", {"zones": ["us-east-1a", "us-east-1b"]}, "hosting:zones has too few entries: name 3"),
    "a zone twice": ("useast", {"zones": ["1", "2", "2"]}, "zones names a zone twice: name three different ones"),
    "a zone of another region": (
        "ci-us",
        {"zones": ["us-east-1a", "us-east-1b", "us-west-2a"]},
        "hosting:zones names 'us-west-2a', which is no zone of us-east-1: name one such as us-east-1a",
    ),
    "a zone that is no name of one": (
        "useast",
        {"zones": ["1", "2", "4"]},
        "zones names '4', which is no zone of eastus",
    ),
    "overlapping ranges": (
        "ci-us",
        {"addressSpace": "172.21.0.0/16"},
        "hosting:vpnAddressSpace 172.21.0.0/20 overlaps with addressSpace 172.21.0.0/16: choose ranges apart",
    ),
    "range too small for three zones": (
        "ci-us",
        {"addressSpace": "10.50.0.0/21"},
        "addressSpace 10.50.0.0/21 can't hold the subnets of three zones: use a range from /16 to /20",
    ),
    "range too large": ("ci-us", {"addressSpace": "10.0.0.0/15"}, "addressSpace 10.0.0.0/15 can't hold"),
    "range for VPN clients too small": (
        "useast",
        {"vpnAddressSpace": "172.20.0.0/23"},
        "vpnAddressSpace 172.20.0.0/23 is too large or too small: use a range from /16 to /22",
    ),
    "range for VPN clients too large": ("ci-us", {"vpnAddressSpace": "172.16.0.0/12"}, "use a range from /16 to"),
    "public range": ("ci-us", {"addressSpace": "8.8.0.0/16"}, "addressSpace 8.8.0.0/16 is not a private range"),
    "loopback range": ("ci-us", {"addressSpace": "127.0.0.0/16"}, "addressSpace 127.0.0.0/16 is not a private range"),
    "public range for VPN clients": ("ci-us", {"vpnAddressSpace": "8.8.0.0/20"}, "vpnAddressSpace 8.8.0.0/20 is not a"),
    "address with host bits": (
        "ci-us",
        {"addressSpace": "10.50.0.1/16"},
        "hosting:addressSpace: '10.50.0.1/16' is not",
    ),
    "logs kept too short": (
        "ci-us",
        {"retention": {"logDays": 364}},
        "hosting:retention.logDays is too small: use 365 or more",
    ),
    "logs kept too long": ("ci-us", {"retention": {"logDays": 731}}, "hosting:retention.logDays is too large: use 730"),
    "data erased too soon": (
        "useast",
        {"retention": {"deletionPolicyDays": 29}},
        "hosting:retention.deletionPolicyDays is too small: use 30 or more",
    ),
    "data erased before a deleted key is": (
        "useast",
        {"retention": {"deletionPolicyDays": 89}},
        "retention.deletionPolicyDays 89 can't be kept by the service aware, where .* for 90 days: use 90 or more",
    ),
    "data erased too late": (
        "useast",
        {"retention": {"deletionPolicyDays": 366}},
        "hosting:retention.deletionPolicyDays is too large: use 365 or less",
    ),
    "a size that is none": ("useast", {"size": "huge"}, "hosting:size has to be 'dev' or 'production': choose"),
    "nobody on call": ("ci-us", {"onCallEmail": "nobody"}, "hosting:onCallEmail: 'nobody' is not an e-mail address"),
    "no second region where there is one": (
        "ci-us",
        {"secondRegion": {}},
        "secondRegion is missing: .* so name us-east-2 or us-west-2",
    ),
    "second region where there is none": (
        "ci-eu",
        {"secondRegion": SECOND},
        "secondRegion.region 'us-west-2' is outside the jurisdiction 'eu': use eu-central-1",
    ),
    "second region outside the jurisdiction": (
        "ci-us",
        {"secondRegion": {**SECOND, "region": "eu-west-2"}},
        "secondRegion.region 'eu-west-2' is outside the jurisdiction 'us'",
    ),
    "second region that is the first": (
        "ci-us",
        {"secondRegion": {**SECOND, "region": "us-east-1", "zones": ["us-east-1a", "us-east-1b", "us-east-1c"]}},
        "secondRegion.region 'us-east-1' is the first region: name another one, or none",
    ),
    "a zone of the first region in the second": (
        "ci-us",
        {"secondRegion": {**SECOND, "zones": ["us-west-2a", "us-west-2b", "us-east-1a"]}},
        "hosting:secondRegion.zones names 'us-east-1a', which is no zone of us-west-2: name one such as us-west-2a",
    ),
    "a zone of the second region twice": (
        "useast",
        {"secondRegion": {"region": "centralus", "zones": ["1", "1", "2"], "addressSpace": "10.41.0.0/16"}},
        "secondRegion.zones names a zone twice",
    ),
    "ranges of the regions overlap": (
        "ci-us",
        {"secondRegion": {**SECOND, "addressSpace": "10.50.128.0/17"}},
        "hosting:secondRegion.addressSpace 10.50.128.0/17 overlaps with addressSpace 10.50.0.0/16",
    ),
    "second range too small": (
        "ci-us",
        {"secondRegion": {**SECOND, "addressSpace": "10.51.0.0/21"}},
        "secondRegion.addressSpace 10.51.0.0/21 can't hold",
    ),
    "prefix with a hyphen": ("ci-us", {"namePrefix": "host-co"}, "hosting:namePrefix: 'host-co' is not 3 to 8 lower"),
    "prefix too long": ("ci-us", {"namePrefix": "hostingco"}, "hosting:namePrefix: 'hostingco' is not 3 to 8 lower"),
    "domain that is none": ("ci-us", {"portalDomain": "portal"}, "hosting:portalDomain: 'portal' is not a domain name"),
    "domain too long for a certificate": (
        "ci-us",
        {"portalDomain": "a" * 50 + ".example.com"},
        "is too long for a certificate with `vpn-2.` before it: use one of 58 characters at most",
    ),
    "options of the service missing": (
        "ci-us",
        {"cloudIntegrated": {}},
        "cloudIntegrated is missing: the service cloud-integrated needs it",
    ),
    "options of the other service": (
        "ci-us",
        {"aware": sample("useast")["aware"]},
        "aware does not belong to the service cloud-integrated: remove it",
    ),
    "image by tag": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "images": {**OPTIONS["images"], "portal": "1.0"}}},
        "hosting:cloudIntegrated.images.portal: '1.0' is not the digest of an image",
    ),
    "a service without image": (
        "useast",
        {"aware": {**AWARE_OPTIONS, "images": {"signal": "sha256:" + "0" * 64}}},
        "hosting:aware.images.spotlight is missing: add it",
    ),
    "a key store that is none": (
        "useast",
        {"aware": {**AWARE_OPTIONS, "keyStore": "software"}},
        "hosting:aware.keyStore has to be 'vault' or 'managed-hsm'",
    ),
    "two accounts": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "allowedAccountIds": ["123456789012", "123456789013"]}},
        "hosting:cloudIntegrated.allowedAccountIds has too many entries: name 1",
    ),
    "no account": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "allowedAccountIds": []}},
        "hosting:cloudIntegrated.allowedAccountIds has too few entries: name 1",
    ),
    "two subscriptions": (
        "useast",
        {"aware": {**AWARE_OPTIONS, "allowedSubscriptionIds": [SUBSCRIPTION, SUBSCRIPTION[:-1] + "9"]}},
        "hosting:aware.allowedSubscriptionIds has too many entries: name 1",
    ),
    "no subscription": (
        "useast",
        {"aware": {**AWARE_OPTIONS, "allowedSubscriptionIds": []}},
        "hosting:aware.allowedSubscriptionIds has too few entries: name 1",
    ),
    "no group for the VPN": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "vpnGroups": []}},
        "hosting:cloudIntegrated.vpnGroups has too few entries: name 1",
    ),
    "a list with nothing behind its key": (
        "ci-us",
        {"tenants": None},
        "hosting:tenants has no value: write one behind",
    ),
    "a tenant of whom nothing is said": ("ci-us", {"tenants": [None]}, r"hosting:tenants\[0\] has no value: write"),
    "a tenant by its id alone": ("ci-us", {"tenants": ["acme"]}, r"hosting:tenants\[0\] has to hold keys with values"),
    "a number as a key": (
        "ci-us",
        {"tenants": [{"id": "acme", 1: 2}]},
        r"hosting:tenants\[0\]\[1\] is not a key: write",
    ),
    "an account that isn't in quotes": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "allowedAccountIds": [123456789012]}},
        r"^Pulumi.ci-us.yaml: hosting:cloudIntegrated.allowedAccountIds\[0\] has to be a text: write it in quotes.$",
    ),
    "days in words": ("ci-us", {"retention": {"logDays": "a year"}}, "logDays has to be a whole number: write digits"),
    "days and a half": ("ci-us", {"retention": {"logDays": 365.5}}, "logDays has to be a whole number: write digits"),
    "a switch in words": (
        "ci-us",
        {"secondRegion": {**SECOND, "serving": "maybe"}},
        "hosting:secondRegion.serving has to be true or false: write one of them",
    ),
    "options of the other service, and not even whole": (
        "ci-us",
        {"aware": {"keyStore": "vault"}},
        "^Pulumi.ci-us.yaml: hosting:aware does not belong to the service cloud-integrated: remove it.$",
    ),
    "a service that is none, and options of another": (
        "identity",
        {"service": "identiy"},
        "^Pulumi.identity.yaml: hosting:service has to be 'aware', 'cloud-integrated' or 'identity': choose",
    ),
    "no service": ("identity", {"service": ""}, "^Pulumi.identity.yaml: hosting:service is missing: add it.$"),
    "a group of the VPN twice": (
        "ci-us",
        {"cloudIntegrated": {**OPTIONS, "vpnGroups": [{"name": "on-call", "id": "1"}, {"name": "on-call", "id": "2"}]}},
        "cloudIntegrated.vpnGroups names 'on-call' twice: remove one of the rows",
    ),
}


@pytest.mark.parametrize(("stack", "change", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_answered_with_one_sentence_that_names_the_file_and_the_key(stack, change, sentence):
    with pytest.raises(SettingsError) as refusal:
        parse_stack(stack, {**sample(stack), **change})

    text = str(refusal.value)
    assert re.search(sentence, text), text
    assert text.startswith(f"Pulumi.{stack}.yaml: ")
    assert text[-1] in ".?"
    assert "\n" not in text
    assert not re.search(r"[Ii]nput should|valid |greater than|items? after|Field required|pydantic|tuple", text), text
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("stack", ["ci-us-of-the-second", "CI", "c", "ci_us"])
def test_a_stack_whose_name_fits_no_resource_is_refused(stack):
    with pytest.raises(SettingsError, match=f"^Pulumi.{stack}.yaml: '{stack}' is not a stack name of 2 to 12"):
        parse_settings(stack, sample("ci-us"))


@pytest.mark.parametrize("stack", STACKS)
def test_every_setting_that_is_needed_is_asked_for(stack):
    for key in set(sample(stack)) - {"retention", "secondRegion", "tenants"}:
        without = {name: value for name, value in sample(stack).items() if name != key}
        with pytest.raises(SettingsError, match=f"{key} is missing"):
            parse_settings(stack, without)


def test_two_mistakes_are_both_told():
    with pytest.raises(SettingsError, match=r"hosting:namePrefix: .*; hosting:portalDomain: "):
        parse_settings("ci-us", {**sample("ci-us"), "namePrefix": "?", "portalDomain": "?"})


MISSPELT = {
    "a key of every stack": ("ci-us", ("region",), "regoin", "hosting:regoin is not a key here: did you mean region?"),
    "of an object": (
        "useast",
        ("aware", "accessGroups"),
        "accesGroups",
        "hosting:aware.accesGroups is not a key here: did you mean accessGroups?",
    ),
    "of an object in an object": (
        "useast",
        ("aware", "accessGroups", "onCall"),
        "oncall",
        "hosting:aware.accessGroups.oncall is not a key here: did you mean onCall?",
    ),
    "that may be left out": (
        "useast",
        ("aware", "keyStore"),
        "keystore",
        "hosting:aware.keystore is not a key here: did you mean keyStore?",
    ),
    "of an object that may be left out": (
        "ci-us",
        ("secondRegion", "zones"),
        "zone",
        "hosting:secondRegion.zone is not a key here: did you mean zones?",
    ),
    "of a row": ("ci-us", ("tenants", 1, "id"), "ID", "hosting:tenants[1].ID is not a key here: did you mean id?"),
    "of the service": ("ci-us", ("service",), "servce", "hosting:servce is not a key here: did you mean service?"),
}


@pytest.mark.parametrize(("stack", "place", "spelt", "sentence"), MISSPELT.values(), ids=MISSPELT)
def test_a_key_that_is_misspelt_is_said_once_with_what_was_meant(stack, place, spelt, sentence):
    values = holder = sample(stack)
    for part in place[:-1]:
        holder = holder[part]
    holder[spelt] = holder.pop(place[-1])

    with pytest.raises(SettingsError) as refusal:
        parse_stack(stack, values)

    assert str(refusal.value) == f"Pulumi.{stack}.yaml: {sentence}"


def test_of_many_mistakes_the_first_are_told_and_the_others_counted():
    values = {key: value for key, value in sample("ci-us").items() if key in ("service", "cloudIntegrated")}

    with pytest.raises(SettingsError) as refusal:
        parse_settings("ci-us", values)

    assert str(refusal.value).count("is missing: add it; ") == 5
    assert str(refusal.value).endswith("hosting:addressSpace is missing: add it; and 4 more like these.")


@pytest.mark.parametrize("regions", [AWARE_REGIONS, CLOUD_INTEGRATED_REGIONS])
def test_no_region_lies_in_two_jurisdictions(regions):
    named = [region for within in regions.values() for region in within]

    assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("jurisdiction", "region"),
    [(jurisdiction, region) for jurisdiction, regions in CLOUD_INTEGRATED_REGIONS.items() for region in regions],
)
def test_each_region_of_a_jurisdiction_is_taken(jurisdiction, region):
    others = [other for other in CLOUD_INTEGRATED_REGIONS[jurisdiction] if other != region]
    change = {
        "jurisdiction": jurisdiction,
        "region": region,
        "zones": [region + zone for zone in "abc"],
        "secondRegion": {**SECOND, "region": others[0], "zones": [others[0] + zone for zone in "abc"]}
        if others
        else {},
    }

    assert parse_settings("ci-us", {**sample("ci-us"), **change}).region == region


@pytest.mark.parametrize("address_space", ["10.0.0.0/16", "10.0.0.0/20", "192.168.0.0/16", "172.16.0.0/16"])
def test_ranges_within_bounds_are_taken(address_space):
    assert parse_settings("ci-us", {**sample("ci-us"), "addressSpace": address_space}).address_space == address_space


def described():
    """The configuration that Pulumi.yaml describes."""
    return yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]


def test_every_setting_is_described_in_the_project_file_and_the_other_way_round():
    settings = {to_camel(name) for model in (Settings, IdentitySettings) for name in model.model_fields} - {"stack"}

    assert set(described()) == settings


def test_every_description_has_a_type_and_words():
    for key, entry in described().items():
        assert entry["type"] in {"string", "integer", "array", "object"}, key
        assert len(entry["description"].split()) >= 4, key


def names_of(*models):
    return {to_camel(name) for model in models for name in model.model_fields}


@pytest.mark.parametrize(
    ("key", "models"),
    [
        ("aware", (AwareOptions, AwareImages, AccessGroups)),
        ("cloudIntegrated", (CloudIntegratedOptions, CloudIntegratedImages)),
        ("identity", (IdentityOptions,)),
        ("retention", (Retention,)),
        ("secondRegion", (SecondRegion,)),
    ],
)
def test_the_options_of_an_object_are_described_one_by_one(key, models):
    words = set(re.findall(r"\b[a-z]+(?:[A-Z][a-z]+)*\b", described()[key]["description"]))
    in_several_words = {word for word in words if not word.islower()}

    assert names_of(*models) <= words
    assert in_several_words <= names_of(*models)


def test_each_key_but_the_two_of_every_stack_can_be_left_out():
    without_default = {key for key, entry in described().items() if "default" not in entry}

    assert without_default == {"service", "namePrefix"}
    assert all(entry.get("default") in (None, "", [], {}) for entry in described().values())


def test_the_stack_of_the_entra_tenant_is_understood():
    settings = parse_stack("identity", sample("identity"))

    assert isinstance(settings, IdentitySettings)
    assert settings.tenants == ()


def test_a_setting_of_a_service_is_none_of_the_entra_tenants():
    with pytest.raises(SettingsError, match="hosting:region is not a key here"):
        parse_stack("identity", {**sample("identity"), "region": "eastus"})


def test_the_stack_of_the_entra_tenant_hosts_no_service():
    with pytest.raises(SettingsError, match="the service identity hosts nothing"):
        parse_settings("identity", sample("identity"))


BREAK_GLASS = "00000000-0000-4000-8000-000000000021"


@pytest.mark.parametrize(
    ("key", "users", "message"),
    [
        ("breakGlassUserIds", [BREAK_GLASS], "has too few entries: name 2"),
        ("breakGlassUserIds", [BREAK_GLASS, BREAK_GLASS], "twice: name two different accounts"),
        ("approverUserIds", ["00000000-0000-4000-8000-000000000031"], "has too few entries: name 2"),
        ("approverUserIds", ["00000000-0000-4000-8000-000000000031"] * 2, "twice: name two different accounts"),
        (
            "approverUserIds",
            ["00000000-0000-4000-8000-000000000031", BREAK_GLASS],
            "an account for emergencies only: name a person",
        ),
    ],
)
def test_people_of_the_entra_tenant_are_two_and_are_not_mixed_up(key, users, message):
    identity = {**sample("identity")["identity"], key: users}

    with pytest.raises(SettingsError, match=message):
        parse_stack("identity", {**sample("identity"), "identity": identity})


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:iam::210987654321:role/break-glass", "a role's session shows no second factor"),
        ("arn:aws:iam::210987654321:root", "the ARN of an IAM user"),
        ("arn:aws:iam::210987654321:user/", "the ARN of an IAM user"),
        ("arn:aws:iam::2109876543:user/break-glass", "the ARN of an IAM user"),
        ("arn:aws:sts::210987654321:assumed-role/break-glass/a", "the ARN of an IAM user"),
        ("arn:aws:iam::123456789012:user/break-glass", "the stack's own account: name a user of the organisation's"),
    ],
)
def test_the_glass_is_broken_by_a_user_of_another_account(arn, message):
    options = {**sample("ci-us")["cloudIntegrated"], "breakGlassPrincipalArn": arn}

    with pytest.raises(SettingsError, match=message):
        parse_settings("ci-us", {**sample("ci-us"), "cloudIntegrated": options})


@pytest.mark.parametrize("users", [[BREAK_GLASS], [BREAK_GLASS, BREAK_GLASS]])
def test_aware_knows_two_accounts_for_emergencies(users):
    aware = {**sample("useast")["aware"], "breakGlassUserIds": users}

    with pytest.raises(SettingsError, match=r"aware.breakGlassUserIds"):
        parse_settings("useast", {**sample("useast"), "aware": aware})


def test_the_audit_copy_begins_unlocked_and_is_never_without_immutability():
    aware = {**sample("useast")["aware"], "auditCopy": "disabled"}

    assert AwareOptions.model_fields["audit_copy"].default == "unlocked"
    with pytest.raises(SettingsError, match=r"aware.auditCopy"):
        parse_settings("useast", {**sample("useast"), "aware": aware})
