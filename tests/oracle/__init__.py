"""A slow, simple event loop that follows `ccenv/sim/README.md`; the compiled kernel is compared with it.

It shares with the kernel the random numbers and distributions (`ccenv.sim.kernel.draws` and `dists`), the scenario
schema, and the declarations of codes, counters and definitions. It shares no event logic. Each paragraph of that page
is one method here; clarity comes before speed.
"""
