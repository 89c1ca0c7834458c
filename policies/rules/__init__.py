"""The rules, by cloud and service. `policies.rulebook.discover` finds every one."""
