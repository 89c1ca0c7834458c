import pytest
import yaml

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.stack_files import copy_for_local_cloud, read_settings


@pytest.fixture
def checkout(tmp_path):
    """A checkout with this project's stack files."""
    for file in Checkout.of_this_package().root.glob("Pulumi*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    return Checkout(tmp_path)


def change(file, edit):
    content = yaml.safe_load(file.read_text())
    edit(content)
    file.write_text(yaml.safe_dump(content))


@pytest.mark.parametrize(("stack", "region"), [("useast", "eastus"), ("ci-us", "us-east-1")])
def test_the_sample_stacks_can_be_read(checkout, stack, region):
    assert read_settings(checkout, stack).region == region


def test_an_unknown_stack_is_refused_with_the_known_ones(checkout):
    with pytest.raises(
        HostingError,
        match=r"There is no stack 'uswest': choose one of ci-au, ci-ca, ci-eu, ci-uk, ci-us, ci-za, identity, useast",
    ):
        read_settings(checkout, "uswest")


def test_a_file_that_is_no_yaml_is_named_with_its_line(checkout):
    checkout.stack_file("useast").write_text("config:\n  a: [1\n")

    with pytest.raises(HostingError, match=r"Pulumi\.useast\.yaml line 3 is not valid YAML"):
        read_settings(checkout, "useast")


def test_the_copy_points_back_to_the_checkout(checkout):
    copy_for_local_cloud(checkout, "useast")

    project = yaml.safe_load((checkout.local / "Pulumi.yaml").read_text())
    assert (checkout.local / project["main"]).resolve() == checkout.root / "infra"
    assert (checkout.local / "policies").readlink().as_posix() == "../../policies"


def test_the_copy_drops_the_secrets_provider_and_keeps_the_local_salt(checkout):
    change(
        checkout.stack_file("useast"), lambda content: content.update(secretsprovider="awskms://x", encryptedkey="k")
    )
    copy_for_local_cloud(checkout, "useast")
    copy = checkout.local / "Pulumi.useast.yaml"
    change(copy, lambda content: content.update(encryptionsalt="v1:local"))

    copy_for_local_cloud(checkout, "useast")

    content = yaml.safe_load(copy.read_text())
    assert content.keys() == {"config", "encryptionsalt"}
    assert content["encryptionsalt"] == "v1:local"


def test_a_setting_that_is_encrypted_is_refused(checkout):
    change(
        checkout.stack_file("useast"), lambda content: content["config"].update({"hosting:namePrefix": {"secure": "x"}})
    )

    for read in (copy_for_local_cloud, read_settings):
        with pytest.raises(
            HostingError, match=r"line \d+, hosting:namePrefix is encrypted, and no setting is a secret"
        ):
            read(checkout, "useast")


def test_a_key_that_is_there_twice_is_refused(checkout):
    file = checkout.stack_file("useast")
    file.write_text(file.read_text() + "  hosting:region: eastus2\n")

    with pytest.raises(HostingError, match=r"line \d+ is not valid YAML \(hosting:region is there twice\)"):
        read_settings(checkout, "useast")


FIRST, REGION = "config:\n", "  hosting:region: eastus\n"

MISTAKES = {
    "a key beside config": (FIRST, f"x: 1\n{FIRST}", "line 1, x is not a key here: remove it, or correct its name."),
    "config misspelt": (FIRST, "confg:\n", "line 1, confg is not a key here: did you mean config?"),
    "a setting beside config": (
        FIRST,
        f"hosting:region: eastus\n{FIRST}",
        "line 1, hosting:region stands beside config: indent it, so that it stands below.",
    ),
    "an environment of Pulumi's own cloud": (FIRST, f"environment: [a]\n{FIRST}", "line 1, environment is not a key"),
    "no namespace": (REGION, "  region: eastus\n", "line 5, region is not a key here: did you mean hosting:region?"),
    "another namespace": (
        REGION,
        "  hostin:regoin: a\n",
        "line 5, hostin:regoin is not a key here: did you mean hosting:",
    ),
    "a key of another program": (REGION, f"{REGION}  aws:skip: a\n", "line 6, aws:skip is not a key here: remove it"),
    "a number": (REGION, f"{REGION}  1: a\n", "line 6, 1 is not a key here: remove it, or correct its name."),
    "a key of Pulumi's": (
        "disable-default-providers",
        "disable-default-provider",
        "line 2, pulumi:disable-default-provider is not a key here: did you mean pulumi:disable-default-providers?",
    ),
    "a setting of the program's": (REGION, "  hosting:region: a\n", "line 5, hosting:region 'a' is outside the"),
    "a row": ("{id: globex, state: active}", "{id: globex, stat: active}", "line 17, hosting:tenants[1].stat is not"),
    "a key that isn't there": (REGION, "", "hosting:region is missing: add it."),
    "a key that isn't there in an object": (
        "{region: centralus, ",
        "{",
        "line 10, hosting:secondRegion.region is missing: add it.",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line(checkout, old, new, sentence):
    file = checkout.stack_file("useast")
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))

    with pytest.raises(HostingError) as refusal:
        read_settings(checkout, "useast")

    assert str(refusal.value).startswith(f"Pulumi.useast.yaml: {sentence}")


@pytest.mark.parametrize("text", ["config: [1]\n", "config: hello\n"])
def test_settings_that_are_no_keys_are_refused(checkout, text):
    checkout.stack_file("useast").write_text(text)

    with pytest.raises(
        HostingError, match="line 1, config has to hold the settings: write each as `hosting:key: value`"
    ):
        read_settings(checkout, "useast")


@pytest.mark.parametrize("key", ["{{ region }}", "{[a]: b}"])
def test_a_key_that_is_no_text_is_refused_with_its_line(checkout, key):
    file = checkout.stack_file("useast")
    file.write_text(file.read_text().replace(REGION, f"  hosting:region: {key}\n"))

    with pytest.raises(HostingError, match=r"useast.yaml line 5 is not valid YAML \(a key is no text\): correct it"):
        read_settings(checkout, "useast")


def test_a_file_that_can_not_be_read_is_refused(checkout):
    file = checkout.stack_file("useast")
    file.unlink()
    file.mkdir()

    with pytest.raises(HostingError, match=r"Pulumi.useast.yaml can't be read \(Is a directory\): restore it from git"):
        read_settings(checkout, "useast")


def test_mistakes_are_told_in_the_order_of_their_lines(checkout):
    file = checkout.stack_file("useast")
    text = file.read_text().replace("{id: globex, state: active}", "{id: globex, stat: active}")
    file.write_text(text.replace("hosting:zones:", "hosting:zone:"))

    with pytest.raises(
        HostingError, match=r"yaml: line 6, hosting:zone is not .*; line 17, hosting:tenants\[1\].stat is"
    ):
        read_settings(checkout, "useast")
