"""A recorded stack of a few resources, and its mutants."""

import pytest

from hosting.mutation.mutants import Mutants
from hosting.mutation.recorded import read_stack
from tests.hosting.mutation.sample_stack import Recording, sample


@pytest.fixture
def recording():
    return Recording()


@pytest.fixture
def recorded(tmp_path):
    """Reads the recording of a stack as the run does; without one the sample's."""

    def read(recording=None):
        (recording or sample()).write(tmp_path)
        return read_stack("test", tmp_path)

    return read


@pytest.fixture
def mutants_of(recorded):
    """The mutants of a stack by what they are: type, place, operator."""

    def make(recording=None, type_pattern="*"):
        return list(Mutants(recorded(recording)).of(type_pattern))

    return make
