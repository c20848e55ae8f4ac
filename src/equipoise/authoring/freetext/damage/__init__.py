"""What was lost on the way into a record: marked where it shows, and proposals that a person accepts or not."""
