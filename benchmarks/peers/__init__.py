"""Other people's tools doing the same job."""
