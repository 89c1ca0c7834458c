"""Recordings are made apart from the user's stacks, in processes of their own."""

import os

import pytest

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.mutation.recordings import PLACE, in_process_of_its_own


def test_place_is_apart_from_the_users(tmp_path):
    checkout = Checkout(tmp_path)
    assert checkout.aside(PLACE).local != checkout.local
    assert checkout.aside(PLACE).local.is_relative_to(tmp_path / ".hosting")
    assert checkout.aside(PLACE).policies == checkout.policies


def double(number):
    os.environ["SET_IN_THE_OTHER_PROCESS"] = "1"
    return number * 2


def refuse():
    raise HostingError("no")


def vanish():
    os._exit(3)


def test_answer_comes_back_and_the_environment_stays():
    assert in_process_of_its_own(double, 2) == 4
    assert "SET_IN_THE_OTHER_PROCESS" not in os.environ


def test_refusal_comes_back():
    with pytest.raises(HostingError, match=r"^no$"):
        in_process_of_its_own(refuse)


def test_process_that_ends_is_noticed():
    with pytest.raises(HostingError, match="before its time"):
        in_process_of_its_own(vanish)
