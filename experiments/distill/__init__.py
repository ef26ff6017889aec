"""Exported policies distilled into a plain network and into a tree, with what each of them keeps."""
