"""What contacts, advisors and leads do: cases derived by hand, properties of random scenarios, and exact formulas.

A case by hand runs in the oracle (`tests/oracle`) and in the kernel, which must both write its event log.
"""
