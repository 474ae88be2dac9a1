/* plain.c: what one would write by hand: a class in C for Lua, and a function for LuaJIT's ffi. */
#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT __attribute__((noinline)) int64_t plain_speak(int64_t *said, int64_t n) {
	__atomic_add_fetch(said, 1, __ATOMIC_RELAXED);
	return n * 2;
}

static int speak(lua_State *L) {
	int64_t *said = luaL_checkudata(L, 1, "plain.Dog");
	lua_pushinteger(L, (lua_Integer)plain_speak(said, (int64_t)luaL_checkinteger(L, 2)));
	return 1;
}

static int new_dog(lua_State *L) {
	*(int64_t *)lua_newuserdata(L, sizeof(int64_t)) = 0;
	luaL_getmetatable(L, "plain.Dog");
	lua_setmetatable(L, -2);
	return 1;
}

EXPORT int luaopen_plain(lua_State *L) {
	luaL_newmetatable(L, "plain.Dog");
	lua_pushvalue(L, -1);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, speak);
	lua_setfield(L, -2, "speak");
	lua_newtable(L);
	lua_pushcfunction(L, new_dog);
	lua_setfield(L, -2, "Dog");
	return 1;
}
