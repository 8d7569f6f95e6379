"""Where training computes: on the CPU by default, on a CUDA device when there is one and it is asked for."""

from __future__ import annotations

from enum import StrEnum

import torch

from graph.model.errors import BadCall


class Device(StrEnum):
    """What may be asked for; ``auto`` is CUDA when there is one, and the CPU otherwise."""

    CPU = "cpu"
    CUDA = "cuda"
    AUTO = "auto"


def device_named(name: str) -> Device:
    """The choice of that name. Raises BadCall for another."""
    try:
        return Device(name)
    except ValueError:
        known = ", ".join(Device)
        raise BadCall(f"expected one of {known} for --device, found {name}; give one of them") from None


def device_for(asked: Device) -> torch.device:
    """The device to compute on. Raises BadCall when CUDA is asked for and there is none."""
    has_cuda = torch.cuda.is_available()
    if asked is Device.CUDA and not has_cuda:
        built = torch.version.cuda
        found = f"no device that torch {torch.__version__} can use" if built else "torch built without CUDA"
        raise BadCall(f"expected a CUDA device for --device cuda, found {found}; use --device cpu or auto")
    return torch.device("cuda" if has_cuda and asked is not Device.CPU else "cpu")
