"""The compiler: a function becomes a Program, and the program a plan that is replayed."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograd_core.compile.api import Compiled, compile  # noqa: A004  the field's name
from autograd_core.compile.plan import Plan, Step, plan
from autograd_core.compile.verify import verify
from autograd_core.late import names_of

if TYPE_CHECKING:
    from autograd_core.compile.profiling import Profile, profile
    from autograd_core.compile.storage import Loaded, load


class _Callable(ModuleType):
    """`autograd_core.compile` is this package, once it is imported, and the function, too."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return compile(*args, **options)


sys.modules[__name__].__class__ = _Callable
__getattr__ = names_of(__name__, {"profiling": "Profile profile", "storage": "Loaded load"})

__all__ = [
    "Compiled",
    "Loaded",
    "Plan",
    "Profile",
    "Step",
    "compile",
    "load",
    "plan",
    "profile",
    "verify",
]
