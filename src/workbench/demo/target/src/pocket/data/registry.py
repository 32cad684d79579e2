"""The registry of data sets: `@register('name')` on the class, `build('name', ...)` in use."""

from torch.utils.data import TensorDataset

from pocket.registry import Registry

DATASETS: Registry[TensorDataset] = Registry('data set')
register = DATASETS.register
build = DATASETS.build
names = DATASETS.names
