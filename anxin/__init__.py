"""The front door: settings, wiring, command line. The only place that knows concrete classes."""
