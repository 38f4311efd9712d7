"""Spec -> Plan: locales, matrix, rows, prompts, seeds, names. Nothing is drawn here."""

from .context import PlanContext
from .make import make
from .names import FormatTraits

__all__ = ["FormatTraits", "PlanContext", "make"]
