"""The door to AWS: sessions, clients that keep the ledger, and the meaning of AWS's errors."""
