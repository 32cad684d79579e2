"""A small PyTorch training library: models, layers, losses, data and one trainer."""

__version__ = '0.3.0'
