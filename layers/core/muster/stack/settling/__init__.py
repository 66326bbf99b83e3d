"""The end of a scan for one account: its findings published, compared with what is remembered, and summed up."""
