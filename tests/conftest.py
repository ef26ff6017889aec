"""Settings that hold for every test, however pytest was started."""

import os

from hypothesis import settings

# One thread, as in the Makefile: two torch threads give other weights, and crawl beside another busy process. The
# libraries read this when they are first imported, which happens after this file.
for variable in ("MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"

# The same examples in every run, so that a failure is the change's and not the draw's. No deadline: the first example
# may compile a kernel.
settings.register_profile("ccenv", derandomize=True, deadline=None)
settings.load_profile("ccenv")

# Scripts for other environments (`make check-install`), which the search for doctests would run in this one.
collect_ignore = ["install"]
