import pytest
import yaml

from hosting.checkout import Checkout
from infra.settings import parse_settings


@pytest.fixture
def settings_with():
    """Settings of the sample stack `ci-us` with some values changed."""
    file = Checkout.of_this_package().stack_file("ci-us")
    sample = {key.removeprefix("hosting:"): value for key, value in yaml.safe_load(file.read_text())["config"].items()}
    sample.pop("pulumi:disable-default-providers")
    return lambda **changed: parse_settings("ci-us", {**sample, **changed})
