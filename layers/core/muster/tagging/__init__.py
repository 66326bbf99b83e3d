"""The compliance tag: the only part of Muster that writes to the accounts that it scans."""
