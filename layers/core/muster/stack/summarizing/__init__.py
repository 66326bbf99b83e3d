"""The end of a scan of many accounts: their results read one by one and added up."""
