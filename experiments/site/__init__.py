"""The documentation site: its pages, made from the declarations, and the measurements that they quote."""
