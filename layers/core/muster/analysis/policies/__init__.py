"""Policies as IAM evaluates them. Each module answers one question.

- `access`: may somebody outside the account do something by a resource's policy? For public and foreign access.
- `grants`: does an identity's policy grant too much? For administrators and whole services.
- `role_trust`: who can assume a role, and do conditions hold them? For trust policies.
- `strangers`: does a stranger's request meet an Allow and escape every Deny? `access` and `role_trust` build on it.

Decisions about one known request are in `muster.analysis.authorization`.

Of patterns, `globs.matches` takes a text, `globs.covers` asks for all of another pattern and `globs.intersects` for
some of it. `wildcards.applies_to` asks whether a statement is about an action: some of a pattern is enough.
"""
