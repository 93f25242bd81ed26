"""A trace of a run: when each transfer looked up, connected, waited and received, and when it was checked and kept.

The file is in Chrome's trace event format, an array of JSON objects, which Perfetto opens as well. It is written as
the run goes on, and a run that is killed leaves a prefix that can be read.
"""
