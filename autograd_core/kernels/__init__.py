"""Loops over windows of images, on plain arrays: what the operations and compiled programs run.

Images lie with the batch innermost here, as (channels, height, width, batch): a row of windows is
then one run of memory for all images at once, however small the images are.
"""
