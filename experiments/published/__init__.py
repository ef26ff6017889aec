"""Published problems: printed and re-computed results of others, met by ccenv."""
