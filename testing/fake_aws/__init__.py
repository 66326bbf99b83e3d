"""A fake AWS over HTTP, quick enough never to be what is measured, with faults drawn from a seed."""
