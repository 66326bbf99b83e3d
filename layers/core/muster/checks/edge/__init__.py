"""What stands at the edge of a network: content delivery, APIs, certificates, names and firewalls."""
