"""The parsing of answers: only the members that Muster reads, at the least cost a call.

Botocore keeps endpoints, retries and errors, and all signing but that of the calls that every bucket costs
(`s3_fast_path`, `signing`), which go through its HTTP session. Its factory of response parsers is the seam for listings
(`ec2_parser`). Whatever is not plain goes the ordinary way.
"""
