"""Reports: pages, tables, captions and figures."""
