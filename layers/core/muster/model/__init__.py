"""The words: what is found, what a check is, what reads AWS, and what one scan covers."""
