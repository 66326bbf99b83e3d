"""Records of the event table's stream, and the audit that is written from them."""
