import pytest


@pytest.fixture(scope="session")
def deployed(new_clone):
    """Gives a clone in which a stack is up; tests leave it as they found it."""
    clones = {}

    def deploy(stack):
        if stack not in clones:
            clones[stack] = new_clone()
            clones[stack].succeeds("up", "--stack", stack)
        return clones[stack]

    return deploy
