"""Layers that several models may share."""

from pocket.layers.attention import CausalSelfAttention
from pocket.layers.feed_forward import FeedForward
from pocket.layers.positions import LearnedPositions, SinusoidalPositions

__all__ = [
    'CausalSelfAttention',
    'FeedForward',
    'LearnedPositions',
    'SinusoidalPositions',
]
