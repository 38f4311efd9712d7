"""Which device the weights go to. Whether there is a CUDA device is asked of its driver, since importing torch takes seconds."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from qwen_pipeline.settings import Settings

if TYPE_CHECKING:
    import torch

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "safetensors")


def missing_packages() -> str:
    """Which packages of the extra `model` are not installed, for people; "" if all are."""
    absent = [name for name in PACKAGES if find_spec(name) is None]
    return f"{', '.join(absent)} not installed: pip install 'qwen-pipeline[model]'" if absent else ""


@cache
def cuda_devices() -> int:
    """How many CUDA devices the driver knows; 0 without a driver."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        count = ctypes.c_int(0)
        failed = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
    except (OSError, AttributeError):
        return 0
    return 0 if failed else count.value


def missing_device(settings: Settings) -> str:
    """Why `auto` should not draw with these weights here; "" if it may. A processor is only used where it is asked for."""
    if settings.device != "auto" or cuda_devices():
        return ""
    return "no CUDA device (QWEN_PIPELINE_DEVICE=cpu draws on the processor, for hours)"


def absent_device(settings: Settings) -> str:
    """Why the device that is asked for is not there; "" if it is, or if none is asked for."""
    if not settings.device.startswith("cuda"):
        return ""
    number, here = int(settings.device.partition(":")[2] or 0), cuda_devices()
    return "" if number < here else f"QWEN_PIPELINE_DEVICE={settings.device}, and {here} CUDA devices are here"


def capability(device: torch.device) -> tuple[int, int] | None:
    """Compute capability of a CUDA device; None for any other."""
    import torch

    return torch.cuda.get_device_capability(device) if device.type == "cuda" else None


def pick(settings: Settings) -> torch.device:
    """The device asked for; `auto` is CUDA where there is one."""
    import torch

    if settings.device != "auto":
        return torch.device(settings.device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
