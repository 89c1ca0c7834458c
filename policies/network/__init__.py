"""Networks as the clouds evaluate them: who gets through to what, on which ports.

`ports` is the arithmetic of ports, `sources` is who asks, `filters` reads lists of rules as the clouds do,
`references` follows what one resource says of another, `aws` and `azure` know the clouds' resources, and `reach`
brings both together: everything that can be reached, over which hops, and what of that is declared (`reach.toml`).
"""
