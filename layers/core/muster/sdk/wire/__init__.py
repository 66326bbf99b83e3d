"""The way to AWS and back at the least cost a call, and the parsing of answers: only the members that Muster reads.

Botocore keeps endpoints, retries and errors, all signing but that of the calls that every bucket costs (`s3_fast_path`,
`signing`), and the opening of connections, which are kept afterwards (`connections`, `http1`). Its factory of response
parsers is the seam for listings (`ec2_parser`). Whatever is not plain goes the ordinary way.
"""
