from tests.ops.conftest import every_role

__all__ = ["every_role"]
