"""The proofs: rules that look at all resources of a stack together, and show what follows from them as a whole.

A proof is a `@stack_rule` like any other. It judges each resource that it is about, so that a finding, an exemption and
a report name the one resource that has to change, and it derives what it needs of the whole (a graph, say) by
`Stack.derived`, once for all resources and proofs. What must be there at least once, or the proof would have looked at
nothing, is asked of the stack itself (`STACK_TYPE`).

References are read by value where both sides are known, else by the dependency (URNs), which the engine knows before
anything exists: a proof answers in the first preview too.
"""
