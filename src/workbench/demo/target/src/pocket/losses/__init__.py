"""Losses, one per file, each registered under the name of its file."""

from pocket.losses.cross_entropy import CrossEntropy
from pocket.losses.focal import FocalLoss
from pocket.losses.registry import build, names, register

__all__ = [
    'CrossEntropy',
    'FocalLoss',
    'build',
    'names',
    'register',
]
