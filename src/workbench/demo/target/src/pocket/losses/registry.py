"""The registry of losses: `@register('name')` on the class, `build('name', ...)` in use."""

from torch import nn

from pocket.registry import Registry

LOSSES: Registry[nn.Module] = Registry('loss')
register = LOSSES.register
build = LOSSES.build
names = LOSSES.names
