"""What is shown: pages, tables, captions, figures."""
