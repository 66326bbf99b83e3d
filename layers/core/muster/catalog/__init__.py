"""All that exists: checks, packs, controls, custom checks, and what follows from their declarations."""
