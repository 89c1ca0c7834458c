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


@pytest.fixture(scope="session")
def leaving(new_clone):
    """Gives a clone in which a stack is up, of which tests take away a part each, the last one all."""
    clones = {}

    def deploy(stack):
        if stack not in clones:
            clones[stack] = new_clone()
            clones[stack].succeeds("up", "--stack", stack)
        return clones[stack]

    return deploy
