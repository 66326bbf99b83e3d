"""How answers come in: what is read of them and nothing else, at the least cost a call.

Botocore keeps signing, endpoints, retries and errors. Two of its seams are used: the factory of response parsers
(`parsers`), and its signer and HTTP session for the calls that every bucket costs (`lane`). Whatever is not plain
goes the ordinary way.
"""
