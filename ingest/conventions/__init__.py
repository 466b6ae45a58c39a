"""Conventions: one pure decoder per family of devices, found by name; all have the shape of `decoded.Decoder`."""
