"""What a type checker says of a program with stubs of two libraries, one of which has classes below the other's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from typing_extensions import assert_type

import dsom

if TYPE_CHECKING:
    import Farm
    import Farm_Feed
    import som
    import Zoo


def use(cow: Farm.Cow, dog: Zoo.Dog, herd: Farm.Herd, both: Farm.Both) -> None:
    assert_type(cow.speak(3), int)
    assert_type(cow.fetch(1), int)
    assert_type(cow.fetch_async(1), int)
    assert_type(both.get_async(1), int)
    assert_type(cow.stall(), "Farm.Shed")
    assert_type(cow.stall().roof(), "som.Barn.Roof")
    assert_type(cow.left().where.x, float)
    assert_type(cow.guard(som.Barn.Roof.tiles).bone.size, "Zoo.Dog.Size")
    assert_type(dog.friend_of(cow), "Zoo.Animal")
    assert_type(Farm.Cow.named("Ida", 4), "Farm.Cow")
    assert_type(herd.heads(), int)
    assert_type(herd.somGetName(), str)
    assert_type(cow.som_address, int)
    assert_type(type(cow).som_version, "tuple[int, int]")
    cow.eat(Farm_Feed.Ration("hay", Zoo.Place(1, 2, [[1, 2, 3], [4, 5, 6]])))
    cow.eat("hay")  # type: ignore[arg-type]
    cow.fly()  # type: ignore[attr-defined]
    dog.legs = 3  # type: ignore[misc]
    if (o := dsom.weak(dog)()) is not None:
        assert_type(o, "Zoo.Dog")


def fails(e: Farm.Refused, other: Zoo.TooLoud) -> tuple[int, int, str, Zoo.Colour, str]:
    return e.id, e.name, e.message, e.colour, other.why


async def awaited(cow: Farm.Cow, getter: Farm.Getter) -> None:
    assert_type(await cow.speak_async(3), int)
    assert_type(await getter.get_async(1), int)
    assert_type(await asyncio.gather(cow.stall_async(), cow.left_async()), "tuple[Farm.Shed, Farm_Feed.Ration]")
    async with dsom.serve({"zoo/cow": cow}) as server:
        await server.wait_async()
        assert_type(server.url("zoo/cow"), str)
    assert_type(dsom.remote.url_of(cow), str)
