"""The one error that a person sees."""


class HostingError(Exception):
    """What a command can't do. The message is one sentence: what is wrong, where, how to mend it."""
