"""The data that Muster comes with: YAML, and the service models that are cut down."""
