"""`python -m qwen_pipeline`."""

from qwen_pipeline.cli import main

if __name__ == "__main__":
    main()
