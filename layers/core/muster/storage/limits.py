"""The numbers of the bucket's client, which `muster estimate` computes with."""

ONE_GO = 16 << 20
"""Bytes that are written by one request; more go in parts, by several."""
