"""Settings of Sphinx. The pages are written by `python -m experiments.site`, which also runs Sphinx on them."""

import ccenv

project = "ccenv"
author = "the ccenv authors"
project_copyright = author
release = version = ccenv.__version__

extensions = ["myst_parser", "sphinx_design"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = "ccenv"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
