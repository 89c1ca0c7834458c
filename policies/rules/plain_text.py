"""What is written in plain text, in whatever resource of whichever cloud."""

from policies.environment import known_secret_in
from policies.properties import is_unknown, scalars
from policies.resources import Resource
from policies.rulebook import ANY_TYPE, Findings, rule


@rule(ANY_TYPE)
def setting_holds_no_secret(resource: Resource) -> Findings:
    """A secret in a tag, a description or an address is read by everybody who may look at the cloud, or at the state.

    What isn't known in a preview isn't written in the program; before anything is made of it, it is asked about again.
    """
    for name, value in resource.all_properties().items():
        texts = (each for each in scalars(value) if isinstance(each, str) and not is_unknown(each))
        found = next((kind for each in texts if (kind := known_secret_in(each)) is not None), None)
        if found is not None:
            yield (
                f"{name} holds {found}: set {name} to what holds none, and change the secret; if it is none, say it in "
                "other words"
            )
