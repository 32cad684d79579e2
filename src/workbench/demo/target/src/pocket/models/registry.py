"""The registry of models: `@register('name')` on the class, `build('name', ...)` in use."""

from pocket.models.base import Model
from pocket.registry import Registry

MODELS: Registry[Model] = Registry('model')
register = MODELS.register
build = MODELS.build
names = MODELS.names
