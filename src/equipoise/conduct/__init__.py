"""What happens to a subject after screening: states, the moves between them, and who owns each move."""
