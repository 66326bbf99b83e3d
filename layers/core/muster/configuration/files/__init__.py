"""Files that a person writes: YAML or JSON read with lines, and mistakes named by a JSON Schema."""
