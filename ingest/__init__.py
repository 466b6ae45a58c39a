"""MQTT messages become readings: session (the broker), conventions (decoders), gate (memory), pipeline (the way)."""
