"""The embedded AWS of the demo and the end-to-end tests: never shipped to Lambda."""
