"""More than one process for one run. `local` starts workers on this machine; nothing is imported here, for they start too."""
