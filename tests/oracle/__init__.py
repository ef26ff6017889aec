"""A slow, obvious event loop that follows `ccenv/sim/README.md`, to hold the compiled kernel against.

It shares the random numbers (`ccenv.sim.kernel.draws`) with the kernel, and nothing else. Each paragraph of that page
is one method here; clarity comes before speed everywhere.
"""
