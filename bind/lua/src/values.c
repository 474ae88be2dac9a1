/* values.c: values between Lua and memory as C has it. */
#include "core.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char type_key; /* its address is where a type's table has its type */

static const double exact = 9007199254740992; /* 2^53: as far as a number of LuaJIT's is a whole one */

void push_type(lua_State *L, const somh_type *t) {
	static const char *const kinds[SOMH_KINDS] = {[SOMH_ENUM] = "enum", [SOMH_STRUCT] = "struct", [SOMH_UNION] = "union", [SOMH_EXCEPTION] = "exception"};
	place(L, T_TYPES);
	rawgetp(L, -1, t);
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		place(L, H_MAKE_TYPE);
		lua_pushstring(L, kinds[t->kind]);
		lua_pushstring(L, t->name);
		lua_newtable(L);
		for (uint32_t i = 0; i < t->nmembers; i++) {
			lua_pushstring(L, t->members[i].name);
			lua_rawseti(L, -2, (int)i + 1);
		}
		lua_pushstring(L, t->id);
		lua_pushstring(L, t->doc);
		lua_call(L, 5, 1);
		lua_pushlightuserdata(L, (void *)(uintptr_t)t);
		rawsetp(L, -2, &type_key);
		lua_pushvalue(L, -1);
		rawsetp(L, -3, t); /* for good, as the type is */
	}
	lua_remove(L, -2);
}

const somh_type *type_at(lua_State *L, int at) {
	if (!lua_istable(L, at)) return NULL;
	rawgetp(L, at, &type_key);
	const somh_type *t = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return t;
}

const char *name_at(lua_State *L, int at) {
	const instance *w = instance_at(L, at);
	if (w) return w->cls->name;
	return lua_type(L, at) == LUA_CDATA ? "cdata" : luaL_typename(L, at);
}

void push_type_name(lua_State *L, const somh_type *t) {
	static const char *const names[SOMH_KINDS] = {[SOMH_VOID] = "nil", [SOMH_BOOLEAN] = "boolean", [SOMH_OCTET] = "integer", [SOMH_CHAR] = "string", [SOMH_WCHAR] = "string", [SOMH_INT8] = "integer",
		[SOMH_SHORT] = "integer", [SOMH_USHORT] = "integer", [SOMH_LONG] = "integer", [SOMH_ULONG] = "integer", [SOMH_LONGLONG] = "integer", [SOMH_ULONGLONG] = "integer", [SOMH_FLOAT] = "number",
		[SOMH_DOUBLE] = "number", [SOMH_STRING] = "string", [SOMH_WSTRING] = "string", [SOMH_POINTER] = "address", [SOMH_MAKING] = "nil"};
	if (t->kind < SOMH_KINDS && names[t->kind]) lua_pushstring(L, names[t->kind]);
	else if (t->kind == SOMH_OBJECT) lua_pushstring(L, *t->name ? t->name : "SOMObject");
	else if (t->kind == SOMH_ARRAY || t->kind == SOMH_SEQUENCE) {
		if (t->elem->kind == SOMH_OCTET) lua_pushstring(L, "string");
		else push_type_name(L, t->elem), lua_pushfstring(L, "{%s}", lua_tostring(L, -1)), lua_remove(L, -2);
	} else lua_pushstring(L, *t->name ? t->name : "any");
}

/* ---- To Lua ---- */

int push_whole(lua_State *L, int64_t v, bool is_unsigned) {
#if LUA_VERSION_NUM >= 504
	(void)is_unsigned; /* beyond the largest it is negative, as Lua's own arithmetic has it */
	lua_pushinteger(L, v);
#else
	if (is_unsigned ? (uint64_t)v <= (uint64_t)exact : v >= -(int64_t)exact && v <= (int64_t)exact) {
		lua_pushnumber(L, is_unsigned ? (double)(uint64_t)v : (double)v);
		return 0;
	}
	place(L, H_BOX);
	lua_pushboolean(L, is_unsigned);
	lua_pushnumber(L, is_unsigned ? (double)((uint64_t)v >> 32) : (double)(v >> 32));
	lua_pushnumber(L, (double)((uint64_t)v & UINT32_MAX));
	lua_call(L, 3, 1);
#endif
	return 0;
}

static int push_wide(lua_State *L, const uint16_t *s, size_t n) {
	luaL_Buffer b;
	luaL_buffinit(L, &b);
	for (size_t i = 0; i < n; i++) {
		uint32_t c = s[i];
		if (c >= 0xd800 && c < 0xdc00 && i + 1 < n && s[i + 1] >= 0xdc00 && s[i + 1] < 0xe000) c = 0x10000 + ((c - 0xd800) << 10) + (s[++i] - 0xdc00u); /* half of a pair alone stays what it is */
		char octets[4];
		size_t k = 0;
		if (c < 0x80) octets[k++] = (char)c;
		else if (c < 0x800) octets[k++] = (char)(0xc0 | c >> 6), octets[k++] = (char)(0x80 | (c & 0x3f));
		else if (c < 0x10000) octets[k++] = (char)(0xe0 | c >> 12), octets[k++] = (char)(0x80 | (c >> 6 & 0x3f)), octets[k++] = (char)(0x80 | (c & 0x3f));
		else octets[k++] = (char)(0xf0 | c >> 18), octets[k++] = (char)(0x80 | (c >> 12 & 0x3f)), octets[k++] = (char)(0x80 | (c >> 6 & 0x3f)), octets[k++] = (char)(0x80 | (c & 0x3f));
		luaL_addlstring(&b, octets, k);
	}
	luaL_pushresult(&b);
	return 0;
}

static _Thread_local int depth; /* of the value that is being converted */

/* Whether it gets deeper than values may be, which is an error. */
static bool deeper(lua_State *L) {
	if (depth < SOMH_MAX_NESTING / 2 && lua_checkstack(L, 12)) return depth++, false;
	fail(L, "values are nested deeper than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING);
	return true;
}

static int push_many(lua_State *L, const somh_type *elem, const char *p, uint64_t n) {
	if (elem->kind == SOMH_OCTET) return lua_pushlstring(L, n ? p : "", (size_t)n), 0;
	if (deeper(L)) return -1;
	lua_createtable(L, n > INT32_MAX ? 0 : (int)n, 0);
	int failed = 0;
	for (uint64_t i = 0; i < n && !failed; i++) {
		failed = get_value(L, elem, p + i * elem->size, false);
		if (failed) break;
		if (lua_isnil(L, -1)) lua_pop(L, 1), lua_pushlightuserdata(L, NULL); /* dsom.null: tables have no holes */
		lua_rawseti(L, -2, (int)(i + 1));
	}
	depth--;
	return failed;
}

static int push_members(lua_State *L, const somh_type *t, const char *p) {
	if (deeper(L)) return -1;
	int failed = 0;
	lua_createtable(L, 0, (int)t->nmembers);
	for (uint32_t i = 0; i < t->nmembers && !failed; i++) {
		failed = get_value(L, t->members[i].type, p + t->members[i].offset, false);
		if (!failed) lua_setfield(L, -2, t->members[i].name); /* without a metatable yet */
	}
	depth--;
	if (failed) return failed;
	push_type(L, t);
	lua_setmetatable(L, -2);
	return 0;
}

static int push_union(lua_State *L, const somh_type *t, const char *p) {
	if (deeper(L)) return -1;
	int32_t arm = somh_arm(t, p);
	lua_createtable(L, 0, 2);
	int failed = get_value(L, t->elem, p, false);
	if (!failed) {
		lua_setfield(L, -2, "d");
		failed = arm < 0 ? 0 : get_value(L, t->members[arm].type, p + t->members[arm].offset, false);
		if (!failed && arm >= 0) lua_setfield(L, -2, "v");
	}
	depth--;
	if (failed) return failed;
	push_type(L, t);
	lua_setmetatable(L, -2);
	return 0;
}

#define AT(T) (*(const T *)p)

int get_value(lua_State *L, const somh_type *t, const void *p, bool nullable) {
	const somh_sequence *q = p;
	switch (t->kind) {
	case SOMH_VOID: return lua_pushnil(L), 0;
	case SOMH_BOOLEAN: return lua_pushboolean(L, AT(uint8_t) != 0), 0;
	case SOMH_OCTET: return lua_pushinteger(L, AT(uint8_t)), 0;
	case SOMH_CHAR: return lua_pushlstring(L, p, 1), 0;
	case SOMH_WCHAR: return push_wide(L, p, 1);
	case SOMH_INT8: return lua_pushinteger(L, AT(int8_t)), 0;
	case SOMH_SHORT: return lua_pushinteger(L, AT(int16_t)), 0;
	case SOMH_USHORT: return lua_pushinteger(L, AT(uint16_t)), 0;
	case SOMH_LONG: return lua_pushinteger(L, AT(int32_t)), 0;
	case SOMH_ULONG: return lua_pushinteger(L, AT(uint32_t)), 0;
	case SOMH_LONGLONG: return push_whole(L, AT(int64_t), false);
	case SOMH_ULONGLONG: return push_whole(L, (int64_t)AT(uint64_t), true);
	case SOMH_FLOAT: return lua_pushnumber(L, (double)AT(float)), 0;
	case SOMH_DOUBLE: return lua_pushnumber(L, AT(double)), 0;
	case SOMH_STRING:
		if (!AT(char *) && nullable) lua_pushnil(L);
		else lua_pushstring(L, AT(char *) ? AT(char *) : "");
		return 0;
	case SOMH_WSTRING: {
		const uint16_t *s = AT(uint16_t *);
		size_t n = 0;
		if (!s && nullable) return lua_pushnil(L), 0;
		while (s && s[n]) n++;
		return push_wide(L, s, n);
	}
	case SOMH_OBJECT: return wrap(L, AT(som_ref), false);
	case SOMH_POINTER: return AT(void *) ? push_whole(L, (int64_t)(intptr_t)AT(void *), true) : (lua_pushnil(L), 0);
	case SOMH_ENUM:
		if (AT(uint32_t) < t->nmembers) lua_pushstring(L, t->members[AT(uint32_t)].name);
		else lua_pushinteger(L, AT(uint32_t)); /* of a later release */
		return 0;
	case SOMH_STRUCT: case SOMH_EXCEPTION: return push_members(L, t, p);
	case SOMH_UNION: return push_union(L, t, p);
	case SOMH_ARRAY: return push_many(L, t->elem, p, t->bound);
	case SOMH_SEQUENCE:
		if ((uint64_t)q->length * t->elem->size > SOMH_MAX_SIZE) return fail(L, "a sequence of %d elements has more than %d octets (SOMH_MAX_SIZE)", (int)q->length, SOMH_MAX_SIZE);
		if (q->length && !q->buffer) return fail(L, "a sequence of %d elements has none", (int)q->length);
		return push_many(L, t->elem, q->buffer, q->length);
	}
	return fail(L, "a value of a type that has no form here: %s", t->why ? t->why : t->name);
}

/* ---- To C ---- */

static void push_path(lua_State *L, const path *p) {
	if (!p) {
		lua_pushliteral(L, "");
		return;
	}
	push_path(L, p->up);
	if (p->name) lua_pushfstring(L, "%s%s%s", lua_tostring(L, -1), p->up ? "." : "", p->name);
	else lua_pushfstring(L, "%s[%d]", lua_tostring(L, -1), (int)p->index);
	lua_remove(L, -2);
}

/* What is wrong with a value, in the words of Lua's own checks. Takes the message from the top. */
static int wrong(lua_State *L, const path *where) {
	push_path(L, where);
	if (*lua_tostring(L, -1)) lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), lua_tostring(L, -2));
	else lua_pushvalue(L, -2);
	lua_replace(L, -3);
	lua_pop(L, 1);
	return -1;
}

static int refuse(lua_State *L, int at, const char *wanted, const path *where) {
	if (!lua_checkstack(L, 20)) return lua_pushliteral(L, "stack overflow"), -1;
	lua_pushfstring(L, "%s expected, got %s", wanted, lua_isnone(L, at) ? "no value" : name_at(L, at));
	return wrong(L, where);
}

static const struct range { int64_t least; uint64_t most; const char *name, *says; } ranges[SOMH_KINDS] = {[SOMH_OCTET] = {0, UINT8_MAX, "octet", "0 to 255"},
	[SOMH_INT8] = {INT8_MIN, INT8_MAX, "int8", "-128 to 127"}, [SOMH_SHORT] = {INT16_MIN, INT16_MAX, "short", "-32768 to 32767"}, [SOMH_USHORT] = {0, UINT16_MAX, "unsigned short", "0 to 65535"},
	[SOMH_LONG] = {INT32_MIN, INT32_MAX, "long", "-2147483648 to 2147483647"}, [SOMH_ULONG] = {0, UINT32_MAX, "unsigned long", "0 to 4294967295"},
	[SOMH_LONGLONG] = {INT64_MIN, INT64_MAX, "long long", "-9223372036854775808 to 9223372036854775807"}, [SOMH_ULONGLONG] = {0, UINT64_MAX, "unsigned long long", "0 to 18446744073709551615"}};

/* 0: it is no whole number, -1: one that no type has, 1: *v is it; negative tells that it is below zero. */
static int whole_at(lua_State *L, int at, uint64_t *v, bool *negative) {
	if (lua_type(L, at) == LUA_TNUMBER) {
#if LUA_VERSION_NUM >= 504
		if (lua_isinteger(L, at)) {
			*v = (uint64_t)lua_tointeger(L, at), *negative = lua_tointeger(L, at) < 0;
			return 1;
		}
#endif
		double d = lua_tonumber(L, at);
		if (d != floor(d) || isinf(d)) return 0;
		if (d < -exact || d > exact) return -1;
		*v = (uint64_t)(int64_t)d, *negative = d < 0;
		return 1;
	}
#if LUA_VERSION_NUM < 504
	if (lua_type(L, at) == LUA_CDATA) {
		at = lua_absindex(L, at);
		place(L, H_CDATA);
		lua_pushvalue(L, at);
		lua_call(L, 1, 1);
		int kind = (int)lua_tointeger(L, -1);
		lua_pop(L, 1);
		if (!kind) return 0;
		memcpy(v, lua_topointer(L, at), sizeof *v);
		*negative = kind == 1 && (int64_t)*v < 0;
		return 1;
	}
#endif
	return 0;
}

bool word_at(lua_State *L, const somh_type *t, int at, uint64_t *w) {
	const struct range *r = &ranges[t->kind];
	if (t->kind == SOMH_BOOLEAN) return *w = (uint64_t)lua_toboolean(L, at), lua_isboolean(L, at);
#if LUA_VERSION_NUM >= 504
	if (!lua_isinteger(L, at)) return false;
	int64_t v = lua_tointeger(L, at);
#else
	if (lua_type(L, at) != LUA_TNUMBER) return false;
	double d = lua_tonumber(L, at);
	if (!(d >= -exact && d <= exact)) return false;
	int64_t v = (int64_t)d;
	if ((double)v != d) return false;
#endif
	*w = (uint64_t)v;
	return v < 0 ? v >= r->least : *w <= r->most;
}

int push_word(lua_State *L, const somh_type *t, uint64_t w) {
	switch (t->kind) {
	case SOMH_VOID: return 0;
	case SOMH_BOOLEAN: return lua_pushboolean(L, (uint8_t)w != 0), 1;
	case SOMH_OCTET: return lua_pushinteger(L, (uint8_t)w), 1;
	case SOMH_INT8: return lua_pushinteger(L, (int8_t)w), 1;
	case SOMH_SHORT: return lua_pushinteger(L, (int16_t)w), 1;
	case SOMH_USHORT: return lua_pushinteger(L, (uint16_t)w), 1;
	case SOMH_LONG: return lua_pushinteger(L, (int32_t)w), 1;
	case SOMH_ULONG: return lua_pushinteger(L, (uint32_t)w), 1;
	default: return push_whole(L, (int64_t)w, t->kind == SOMH_ULONGLONG), 1;
	}
}

static int put_whole(lua_State *L, const somh_type *t, int at, void *p, const path *where) {
	const struct range *r = &ranges[t->kind];
	uint64_t v = 0;
	bool negative = false;
	int is = whole_at(L, at, &v, &negative);
	if (is == 0) {
		if (lua_type(L, at) != LUA_TNUMBER) return refuse(L, at, "number", where);
		return lua_pushfstring(L, "number has no integer representation"), wrong(L, where);
	}
	bool fits = is > 0 && (negative ? (int64_t)v >= r->least : v <= r->most);
#if LUA_VERSION_NUM >= 504
	if (t->kind == SOMH_ULONGLONG && lua_isinteger(L, at)) fits = true; /* a negative one stands for what is beyond the largest, as in Lua's own arithmetic */
#endif
	if (!fits && is < 0) {
		lua_pushfstring(L, "%f is not known exactly: beyond 2^53 a whole number is an int64_t or uint64_t", lua_tonumber(L, at));
		return wrong(L, where);
	}
	if (!fits) {
		char text[32];
		if (negative) snprintf(text, sizeof text, "%" PRId64, (int64_t)v);
		else snprintf(text, sizeof text, "%" PRIu64, v);
		lua_pushfstring(L, "%s is out of the range of %s (%s)", text, r->name, r->says);
		return wrong(L, where);
	}
	switch (t->size) {
	case 1: *(uint8_t *)p = (uint8_t)v; break;
	case 2: *(uint16_t *)p = (uint16_t)v; break;
	case 4: *(uint32_t *)p = (uint32_t)v; break;
	default: *(uint64_t *)p = v;
	}
	return 0;
}

/* One character of UTF-8, or of half of a pair of UTF-16: how many octets it has; 0: it is none. */
static size_t character(const unsigned char *s, size_t n, uint32_t *c) {
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t k = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf8 ? 4 : 0;
	if (!k || k > n) return 0;
	*c = k == 1 ? *s : *s & (0xffu >> (k + 1));
	for (size_t i = 1; i < k; i++) {
		if ((s[i] & 0xc0) != 0x80) return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c < least[k] || *c > 0x10ffff ? 0 : k;
}

static int put_character(lua_State *L, const somh_type *t, int at, void *p, const path *where) {
	size_t n;
	uint32_t c = 0;
	if (lua_type(L, at) != LUA_TSTRING) return refuse(L, at, "string of one character", where);
	const char *s = lua_tolstring(L, at, &n);
	if (t->kind == SOMH_CHAR) {
		if (n != 1) return lua_pushfstring(L, "string of one octet expected, got %d", (int)n), wrong(L, where);
		return *(char *)p = *s, 0;
	}
	if (!n || character((const unsigned char *)s, n, &c) != n) return lua_pushfstring(L, "string of one character in UTF-8 expected, got %d octets", (int)n), wrong(L, where);
	if (c > 0xffff) return lua_pushfstring(L, "the character %s is beyond U+FFFF", s), wrong(L, where);
	return *(uint16_t *)p = (uint16_t)c, 0;
}

static int put_text(lua_State *L, const somh_type *t, int at, char **p, const path *where) {
	size_t n;
	if (lua_type(L, at) != LUA_TSTRING) return refuse(L, at, "string", where);
	const char *s = lua_tolstring(L, at, &n);
	if (strlen(s) != n) return lua_pushliteral(L, "string contains zeros"), wrong(L, where);
	if (t->bound && n > t->bound) return lua_pushfstring(L, "%d octets, and the string has at most %d", (int)n, (int)t->bound), wrong(L, where);
	if (!(*p = som_allocate(n + 1))) return lua_pushliteral(L, "not enough memory"), -1;
	memcpy(*p, s, n);
	return 0;
}

static int put_wide(lua_State *L, const somh_type *t, int at, uint16_t **p, const path *where) {
	size_t n, to = 0;
	if (lua_type(L, at) != LUA_TSTRING) return refuse(L, at, "string", where);
	const char *s = lua_tolstring(L, at, &n);
	uint16_t *w = som_allocate((n + 1) * 2);
	const char *why = w ? NULL : "not enough memory";
	for (size_t i = 0, k; i < n && !why; i += k) {
		uint32_t c = 0;
		k = character((const unsigned char *)s + i, n - i, &c);
		if (!k) why = "string is no UTF-8";
		else if (!c) why = "string contains zeros";
		else if (c < 0x10000) w[to++] = (uint16_t)c;
		else w[to++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10)), w[to++] = (uint16_t)(0xdc00 + (c & 0x3ff));
	}
	if (!why && t->bound && to > t->bound) why = "string is longer than the wstring may be";
	if (!why) return *p = w, 0;
	som_deallocate(w);
	return lua_pushstring(L, why), wrong(L, where);
}

bool descends(const somh_class *c, const somh_class *from) {
	for (uint32_t i = 0; i < c->norder; i++)
		if (c->order[i] == from) return true;
	return false;
}

static int put_object(lua_State *L, const somh_type *t, int at, som_ref *p, const path *where) {
	const instance *w = instance_at(L, at);
	if (!w) return refuse(L, at, *t->name ? t->name : "object", where);
	if (!w->ref) return lua_pushfstring(L, "the object of class %s has been released", w->cls->name), wrong(L, where);
	if (!somh_accepts(t, w->cls)) return refuse(L, at, t->name, where);
	*p = som_retain(w->ref);
	return 0;
}

static int put_many(lua_State *L, const somh_type *t, int at, void *p, const path *where) {
	somh_sequence *q = p;
	bool octets = t->elem->kind == SOMH_OCTET && lua_type(L, at) == LUA_TSTRING;
	if (!octets && (!lua_istable(L, at) || instance_at(L, at))) return refuse(L, at, t->elem->kind == SOMH_OCTET ? "string or table" : "table", where);
	uint64_t n = lua_rawlen(L, at);
	char *to = p;
	if (t->kind == SOMH_ARRAY && n != t->bound) return lua_pushfstring(L, "%d elements, and the array has %d", (int)n, (int)t->bound), wrong(L, where);
	if (t->kind == SOMH_SEQUENCE && t->bound && n > t->bound) return lua_pushfstring(L, "%d elements, and the sequence has at most %d", (int)n, (int)t->bound), wrong(L, where);
	if (t->elem->size && n > SOMH_MAX_SIZE / t->elem->size) return lua_pushfstring(L, "a sequence of %f elements has more than %d octets (SOMH_MAX_SIZE)", (double)n, SOMH_MAX_SIZE), wrong(L, where);
	if (deeper(L)) return -1;
	int failed = 0;
	if (t->kind == SOMH_SEQUENCE) {
		if (n && !(to = som_allocate((size_t)n * t->elem->size))) {
			depth--;
			return lua_pushliteral(L, "not enough memory"), -1;
		}
		*q = (somh_sequence){(uint32_t)n, (uint32_t)n, n ? to : NULL};
	}
	if (octets && n) memcpy(to, lua_tostring(L, at), (size_t)n);
	at = lua_absindex(L, at);
	for (uint64_t i = 0; i < n && !octets && !failed; i++) {
		path each = {where, NULL, (size_t)i + 1};
		lua_rawgeti(L, at, (int)(i + 1));
		failed = put_value(L, t->elem, lua_gettop(L), to + i * t->elem->size, false, &each);
		lua_remove(L, failed ? -2 : -1);
	}
	depth--;
	if (failed) somh_end(t, p);
	return failed;
}

/* A member, by its name: of a table as it is, without what its metatable says. */
static void push_member(lua_State *L, int at, const char *name) {
	lua_pushstring(L, name);
	lua_rawget(L, at);
}

static int put_members(lua_State *L, const somh_type *t, int at, char *p, const path *where) {
	if (!lua_istable(L, at) || instance_at(L, at)) return refuse(L, at, t->name, where);
	if (deeper(L)) return -1;
	at = lua_absindex(L, at);
	int failed = 0;
	for (uint32_t i = 0; i < t->nmembers && !failed; i++) {
		path each = {where, t->members[i].name, 0};
		push_member(L, at, t->members[i].name);
		failed = put_value(L, t->members[i].type, lua_gettop(L), p + t->members[i].offset, false, &each);
		lua_remove(L, failed ? -2 : -1);
	}
	depth--;
	if (failed) somh_end(t, p);
	return failed;
}

static int put_union(lua_State *L, const somh_type *t, int at, char *p, const path *where) {
	if (!lua_istable(L, at) || instance_at(L, at)) return refuse(L, at, t->name, where);
	if (deeper(L)) return -1;
	at = lua_absindex(L, at);
	path d = {where, "d", 0}, v = {where, "v", 0};
	push_member(L, at, "d");
	int failed = put_value(L, t->elem, lua_gettop(L), p, false, &d);
	lua_remove(L, failed ? -2 : -1);
	if (!failed) {
		int32_t arm = somh_arm(t, p);
		push_member(L, at, "v");
		if (arm >= 0) failed = put_value(L, t->members[arm].type, lua_gettop(L), p + t->members[arm].offset, false, &v);
		else if (!lua_isnil(L, -1)) failed = refuse(L, -1, "nil, since no arm is selected,", &v);
		lua_remove(L, failed ? -2 : -1);
	}
	depth--;
	if (failed) memset(p, 0, t->size);
	return failed;
}

static int put_enumerator(lua_State *L, const somh_type *t, int at, uint32_t *p, const path *where) {
	if (lua_type(L, at) == LUA_TSTRING) {
		for (uint32_t i = 0; i < t->nmembers; i++)
			if (!strcmp(lua_tostring(L, at), t->members[i].name)) return *p = i, 0;
		lua_pushfstring(L, "'%s' is no %s", lua_tostring(L, at), t->name);
		return wrong(L, where);
	}
	if (lua_type(L, at) != LUA_TNUMBER) return refuse(L, at, t->name, where);
	double d = lua_tonumber(L, at);
	if (d != floor(d) || d < 0 || d >= t->nmembers) return d == floor(d) && fabs(d) < INT32_MAX ? lua_pushfstring(L, "%d is no %s", (int)d, t->name) : lua_pushfstring(L, "%f is no %s", d, t->name), wrong(L, where);
	return *p = (uint32_t)d, 0;
}

int put_value(lua_State *L, const somh_type *t, int at, void *p, bool nullable, const path *where) {
	if (lua_isnoneornil(L, at) && (t->kind == SOMH_POINTER || (nullable && (t->kind == SOMH_STRING || t->kind == SOMH_WSTRING || t->kind == SOMH_OBJECT)))) return 0;
	switch (t->kind) {
	case SOMH_BOOLEAN:
		if (!lua_isboolean(L, at)) return refuse(L, at, "boolean", where);
		return *(uint8_t *)p = (uint8_t)lua_toboolean(L, at), 0;
	case SOMH_OCTET: case SOMH_INT8: case SOMH_SHORT: case SOMH_USHORT: case SOMH_LONG: case SOMH_ULONG: case SOMH_LONGLONG: case SOMH_ULONGLONG: return put_whole(L, t, at, p, where);
	case SOMH_CHAR: case SOMH_WCHAR: return put_character(L, t, at, p, where);
	case SOMH_FLOAT: case SOMH_DOUBLE: {
		if (lua_type(L, at) != LUA_TNUMBER) return refuse(L, at, "number", where);
		double d = lua_tonumber(L, at);
		if (t->kind == SOMH_DOUBLE) return *(double *)p = d, 0;
		if (isfinite(d) && fabs(d) > 3.4028235677973366e38) return lua_pushfstring(L, "%f is out of the range of float", d), wrong(L, where);
		return *(float *)p = (float)d, 0;
	}
	case SOMH_STRING: return put_text(L, t, at, p, where);
	case SOMH_WSTRING: return put_wide(L, t, at, p, where);
	case SOMH_OBJECT: return put_object(L, t, at, p, where);
	case SOMH_POINTER: {
		uint64_t v = 0;
		bool negative = false;
		if (lua_islightuserdata(L, at)) return *(void **)p = lua_touserdata(L, at), 0;
		if (whole_at(L, at, &v, &negative) <= 0) return refuse(L, at, "address or nil", where);
		return *(void **)p = (void *)(uintptr_t)v, 0;
	}
	case SOMH_ENUM: return put_enumerator(L, t, at, p, where);
	case SOMH_STRUCT: case SOMH_EXCEPTION: return put_members(L, t, at, p, where);
	case SOMH_UNION: return put_union(L, t, at, p, where);
	case SOMH_ARRAY: case SOMH_SEQUENCE: return put_many(L, t, at, p, where);
	}
	lua_pushfstring(L, "a value of a type that has no form here: %s", t->why ? t->why : t->name);
	return wrong(L, where);
}
