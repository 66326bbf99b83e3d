"""The import bundle: files that bring existing resources under infrastructure-as-code."""
