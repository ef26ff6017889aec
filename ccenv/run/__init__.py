"""Everything that a run needs: compiled configuration, arrays, calls into the kernel, initial states."""
