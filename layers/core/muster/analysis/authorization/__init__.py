"""Decisions about one request: does IAM allow it?

- `requests`: does a statement concern a request, and are its conditions met? The others build on it.
- `families`: requests for all objects of a bucket, as one request for each kind of object that policies distinguish.
- `service_access`: does a resource's policy admit a request of an AWS service? For alarms' topics and trust policies.
- `roles`: may a role make a request? By its own policies, its boundary and the policy of the resource.
- `key_services`: does a key's policy admit what a service does with it for its callers?

Service and resource control policies are out of sight.
"""
