"""The resource types that the embedded AWS's CloudFormation makes by the services' own APIs, a module a service.

moto's own types lose many properties, and moto lacks some types. Each module has `KINDS`.
"""
