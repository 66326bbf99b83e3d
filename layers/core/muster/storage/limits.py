"""The numbers of the bucket's client, which `muster estimate` computes with."""

ONE_GO = 16 << 20
"""Bytes that are written by one request; more go in parts, by several."""
PIECE = 8 << 20
"""Bytes of each part, as boto3 cuts them by default.

https://boto3.amazonaws.com/v1/documentation/api/latest/reference/customizations/s3.html
"""
