"""One engine a file; the file's name is its id (`qwen_image.py` is `qwen-image`)."""
