"""Made-up records for any protocol, so that whoever drafts one can try it out. No truth is claimed for them."""
