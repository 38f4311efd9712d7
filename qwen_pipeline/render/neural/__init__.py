"""What the engines with trained weights share. Nothing here imports torch before an engine is opened."""
