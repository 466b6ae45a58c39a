"""Evaluation: detectors judged on recordings of real homes, through the path that readings take in the service."""
