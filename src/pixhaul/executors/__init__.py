"""More than one process for one run: `local` starts workers on this machine.

Nothing is imported here, since workers import this package as well and are to start fast.
"""
