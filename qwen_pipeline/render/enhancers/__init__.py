"""Prompt enhancers: one file each, named by its id."""
