/* errors.c: exceptions both ways. An error of Lua's goes through other languages as itself, and is again what it was where it comes back to Lua. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static const char lua_id[] = "IDL:opendsom/LuaError:1.0";
static const char env_key; /* its address is where an exception has the environment that it came in */

/* ---- From C ---- */

/* An error value of Lua's, for as long as somebody's environment has it. */
static void drop_value(void *value) {
	int *ref = value;
	if (!__atomic_load_n(&closed, __ATOMIC_ACQUIRE)) later(LATER_REF, (uint64_t)*ref);
	free(ref);
}

static int env_gc(lua_State *L) {
	som_env *ev = lua_touserdata(L, 1);
	if (!closed) som_env_clear(ev);
	return 0;
}

/* The environment, which an exception keeps: if it goes on to C unchanged, C gets all of it. */
static void keep_environment(lua_State *L, som_env *ev) {
	som_env *kept = lua_newuserdata_(L, sizeof *kept);
	*kept = *ev;
	memset(ev, 0, sizeof *ev);
	place(L, T_ENV_META);
	lua_setmetatable(L, -2);
	rawsetp(L, -2, &env_key);
}

void push_env(lua_State *L, som_env *ev, const somh_method *m, som_ref o) {
	luaL_checkstack(L, 20, NULL);
	if (ev->major == SOM_USER_EXCEPTION && ev->drop == drop_value && ev->value) {
		lua_rawgeti(L, LUA_REGISTRYINDEX, *(int *)ev->value);
		som_env_clear(ev);
		return;
	}
	if (ev->major == SOM_USER_EXCEPTION) {
		const somh_type *t = somh_exception(ev, m, o);
		if (!t) {
			place(L, H_UNKNOWN);
			lua_pushstring(L, ev->id);
			lua_pushstring(L, ev->text);
			lua_call(L, 2, 1);
		} else if (t->nmembers) {
			if (get_value(L, t, ev->value, false) < 0) {
				som_env_clear(ev);
				return;
			}
		} else {
			lua_newtable(L);
			push_type(L, t);
			lua_setmetatable(L, -2);
		}
		keep_environment(L, ev);
		return;
	}
	place(L, H_SYSTEM);
	lua_pushstring(L, ev->id ? ev->id : "IDL:omg.org/CORBA/UNKNOWN:1.0");
	lua_pushnumber(L, ev->minor);
	lua_pushnumber(L, ev->completed);
	lua_pushstring(L, ev->code ? som_code_name(ev->code) : NULL);
	lua_pushstring(L, ev->text);
	som_env_clear(ev);
	lua_call(L, 5, 1);
}

/* ---- To C ---- */

/* Whether two values are the same, tables by what is in them; without metamethods. */
static bool same(lua_State *L, int a, int b, int depth) {
	if (lua_rawequal(L, a, b)) return true;
	if (!lua_istable(L, a) || !lua_istable(L, b) || depth > SOMH_MAX_NESTING / 2 || !lua_checkstack(L, 10) || instance_at(L, a)) return false;
	size_t na = 0, nb = 0;
	bool is = true;
	a = lua_absindex(L, a), b = lua_absindex(L, b);
	for (lua_pushnil(L); lua_next(L, a);) {
		na++;
		lua_pushvalue(L, -2);
		lua_rawget(L, b);
		is = same(L, -2, -1, depth + 1);
		lua_pop(L, is ? 2 : 3);
		if (!is) return false;
	}
	for (lua_pushnil(L); lua_next(L, b); lua_pop(L, 1)) {
		if (lua_touserdata(L, -2) != (const void *)&env_key) nb++;
	}
	return na == nb;
}

/* The environment that an exception at the top came in, if that is what it was. */
static som_env *as_it_was(lua_State *L, const somh_type *t) {
	rawgetp(L, -1, &env_key);
	som_env *kept = lua_touserdata(L, -1);
	lua_pop(L, 1);
	if (!kept || !kept->major) return NULL;
	if (!t || !t->nmembers || !kept->value) return kept;
	bool is = get_value(L, t, kept->value, false) == 0 && same(L, -1, -2, 0);
	lua_pop(L, 1);
	return is ? kept : NULL;
}

static int raise_user(lua_State *L, som_env *ev, const somh_type *t) {
	som_env *kept = as_it_was(L, t);
	if (kept) {
		som_env_clear(ev);
		*ev = *kept;
		memset(kept, 0, sizeof *kept);
		return 0;
	}
	union { som_value aligns; double d; char octets[256]; } small;
	void *value = t->size <= sizeof small ? memset(&small, 0, sizeof small) : calloc(1, t->size);
	path where = {NULL, t->name, 0};
	int failed = value ? put_value(L, t, lua_gettop(L), value, false, &where) : fail(L, "not enough memory");
	if (!failed) somh_raise(ev, t, value);
	if (value != (void *)&small) free(value);
	return failed;
}

static const char *field(lua_State *L, const char *name) {
	lua_pushstring(L, name);
	lua_rawget(L, -2);
	return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

/* What somebody other than a type has made, by its id: a system exception, or one that nobody here knows. */
static bool raise_by_id(lua_State *L, som_env *ev) {
	int top = lua_gettop(L);
	const char *id = field(L, "id");
	lua_pushvalue(L, top);
	const char *text = field(L, "text");
	lua_pushvalue(L, top);
	const char *completed = field(L, "completed");
	lua_pushvalue(L, top);
	lua_pushliteral(L, "minor");
	lua_rawget(L, -2);
	uint32_t minor = (uint32_t)(int64_t)lua_tonumber(L, -1);
	if (id && strncmp(id, "IDL:omg.org/CORBA/", 18) == 0) {
		som_raise_system(ev, id, minor, completed && !strcmp(completed, "YES") ? SOM_COMPLETED_YES : completed && !strcmp(completed, "NO") ? SOM_COMPLETED_NO : SOM_COMPLETED_MAYBE, text);
	} else if (id) {
		lua_settop(L, top);
		som_env *kept = as_it_was(L, NULL);
		if (kept) {
			som_env_clear(ev);
			*ev = *kept;
			memset(kept, 0, sizeof *kept);
		} else {
			som_raise_user(ev, id, NULL, NULL);
		}
	}
	lua_settop(L, top);
	return id != NULL;
}

static int raise_body(lua_State *L) {
	som_env *ev = lua_touserdata(L, 1);
	luaL_checkstack(L, 30, NULL);
	bool is = false;
	const somh_type *t = NULL;
	if (lua_istable(L, 2) && lua_getmetatable(L, 2)) {
		t = type_at(L, -1);
		lua_pushliteral(L, "is_exception");
		lua_rawget(L, -2);
		is = lua_toboolean(L, -1);
		lua_settop(L, 2);
	}
	if (t && t->kind == SOMH_EXCEPTION) {
		if (raise_user(L, ev, t) < 0) { /* what it has for a member cannot be one: that is what is wrong */
			lua_replace(L, 2);
			lua_settop(L, 2);
		} else {
			return 0;
		}
	} else if (is && raise_by_id(L, ev)) {
		return 0;
	}
	place(L, H_TEXT);
	lua_pushvalue(L, 2);
	lua_call(L, 1, 1);
	const char *text = lua_tostring(L, -1);
	int *ref = malloc(sizeof *ref);
	if (!ref) return luaL_error(L, "not enough memory");
	lua_pushvalue(L, 2);
	*ref = luaL_ref(L, LUA_REGISTRYINDEX);
	som_raise_user(ev, lua_id, ref, drop_value);
	char *copy = text ? som_allocate(strlen(text) + 1) : NULL;
	if (copy) ev->text = strcpy(copy, text);
	return 0;
}

void raise_to_env(lua_State *L, som_env *ev) {
	if (!ev) { /* nobody is to be told */
		const char *text = lua_tostring(L, -1);
		som_output(text ? text : "an error of Lua's", text ? strlen(text) : 17);
		som_output("\n", 1);
		lua_pop(L, 1);
		return;
	}
	if (lua_checkstack(L, 5)) {
		lua_pushcfunction(L, raise_body);
		lua_insert(L, -2);
		lua_pushlightuserdata(L, ev);
		lua_insert(L, -2);
		if (lua_pcall(L, 2, 0, 0) == 0) return;
	}
	const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error of Lua's, for which there is no memory"; /* or its stack is full */
	som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 0, SOM_COMPLETED_MAYBE, text);
	lua_pop(L, 1);
}

void set_up_errors(lua_State *L) {
	place(L, T_ENV_META);
	lua_pushcfunction(L, env_gc);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
}
