"""The front door: settings, wiring, command line. The only place that knows concrete classes."""

import os

# Before anything imports numpy: the detectors' matrices are small, and more threads would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
