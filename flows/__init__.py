"""Prefect flows over the pipeline. Nothing here knows the stages."""
