"""Synthetic data sets, one per file, each registered under the name of its file."""

from pocket.data.batches import Batches
from pocket.data.blobs import Blobs
from pocket.data.registry import build, names, register
from pocket.data.sequences import Sequences
from pocket.data.shapes import Shapes

__all__ = [
    'Batches',
    'Blobs',
    'Sequences',
    'Shapes',
    'build',
    'names',
    'register',
]
