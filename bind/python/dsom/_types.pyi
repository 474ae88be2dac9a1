import builtins
from typing import Any, Iterator

class Exception(builtins.Exception): ...

class SystemException(Exception):
    id: str
    minor: int
    completed: int
    code: str
    text: str
    def __init__(self, text: str = ..., minor: int = ..., completed: int | str = ..., code: str = ..., id: str | None = ...) -> None: ...

class UserException(Exception):
    # A text, but where IDL has a member of this name.
    id: Any
    def __init__(self, *values: Any, **named: Any) -> None: ...

class Struct:
    def __init__(self, *values: Any, **named: Any) -> None: ...
    def __iter__(self) -> Iterator[Any]: ...

class Union:
    d: Any
    v: Any
    def __init__(self, d: Any, v: Any = None) -> None: ...
