"""The page: one HTML file that shows a graph, opens it, plays it and asks about it.

The laid-out picture is in the file and needs no script.  The script is put together from small
files, of which a page carries only those that it has a use for.
"""

from autograd_core.draw.page.document import page

__all__ = ["page"]
