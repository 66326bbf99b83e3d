"""News to people: what changed, in digests, by routes, to destinations."""
