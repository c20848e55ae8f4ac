"""HTML for people: templates and pictures shared by the command and the web."""
