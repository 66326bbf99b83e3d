"""How answers come in: what is read of them and nothing else, at the least cost a call.

Botocore keeps endpoints, retries and errors, and all signing but that of the calls that every bucket costs (`lane`,
`signing`), which go through its HTTP session. Its factory of response parsers is the seam for listings (`parsers`).
Whatever is not plain goes the ordinary way.
"""
