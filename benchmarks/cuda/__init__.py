"""What `benchmarks/gpu.py` measures, on a CUDA machine with random weights of full size, or with toys on the processor."""
