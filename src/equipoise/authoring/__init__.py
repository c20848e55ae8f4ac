"""How a protocol comes in: a registry record, damaged as it may be, becomes a draft that a person can sign."""
