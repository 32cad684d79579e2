"""Models, one per file, each registered under the name of its file."""

from pocket.models.base import Model
from pocket.models.mlp import MLP
from pocket.models.registry import build, names, register
from pocket.models.resnet import ResNet
from pocket.models.tiny_gpt import TinyGPT

__all__ = [
    'MLP',
    'Model',
    'ResNet',
    'TinyGPT',
    'build',
    'names',
    'register',
]
