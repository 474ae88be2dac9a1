/* values.c: values from memory as C has it to JavaScript. */
#include "core.h"

#include <string.h>

static uint32_t depth; /* of the value that is being made */

static bool deeper(void) {
	if (depth < SOMH_MAX_NESTING / 2) return depth++, true;
	return throw_range("values are nested deeper than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING), false;
}

static napi_value wide_of(const uint16_t *s, bool nullable) {
	napi_value v = NULL;
	size_t n = 0;
	if (!s && nullable) return null();
	while (s && s[n]) n++;
	if (napi_create_string_utf16(env, s ? (const char16_t *)s : u"", n, &v) != napi_ok) return throw_range("a text of %zu characters is too long", n);
	return v;
}

static napi_value octets_of(const void *p, size_t n) {
	void *to;
	napi_value buffer, v = NULL;
	if (napi_create_arraybuffer(env, n, &to, &buffer) != napi_ok) return throw_range("no memory for %zu octets", n);
	if (n) memcpy(to, p, n);
	napi_create_typedarray(env, napi_uint8_array, n, buffer, 0, &v);
	return v;
}

/* Elements, with handles of their own: there may be many. */
static napi_value list_of(const somh_type *elem, const char *p, uint64_t n) {
	napi_value all = NULL;
	if (!deeper()) return NULL;
	if (napi_create_array_with_length(env, (size_t)n, &all) != napi_ok) throw_range("no memory for %llu elements", (unsigned long long)n), all = NULL;
	for (uint64_t i = 0; all && i < n; i++) {
		napi_handle_scope scope;
		napi_open_handle_scope(env, &scope);
		napi_value v = get_value(elem, p + i * elem->size, false);
		if (!v || napi_set_element(env, all, (uint32_t)i, v) != napi_ok) all = NULL;
		napi_close_handle_scope(env, scope);
	}
	depth--;
	return all;
}

/* Errors are told apart by their constructor. */
const char *member_name(const somh_type *t, uint32_t i) { return t->kind == SOMH_EXCEPTION && !strcmp(t->members[i].name, "constructor") ? "_constructor" : t->members[i].name; }

/* A member of that name would be the object's prototype. */
static bool set_member(napi_value o, const char *name, napi_value v) {
	if (strcmp(name, "__proto__") != 0) return set(o, name, v);
	napi_property_descriptor d = {.utf8name = name, .value = v, .attributes = napi_writable | napi_enumerable | napi_configurable};
	return napi_define_properties(env, o, 1, &d) == napi_ok;
}

static napi_value members_of(const somh_type *t, const char *p) {
	napi_value o = NULL;
	if (!deeper()) return NULL;
	napi_create_object(env, &o);
	for (uint32_t i = 0; o && i < t->nmembers; i++) {
		napi_value v = get_value(t->members[i].type, p + t->members[i].offset, false);
		if (!v || !set_member(o, member_name(t, i), v)) o = NULL;
	}
	depth--;
	return o;
}

static napi_value union_of(const somh_type *t, const char *p) {
	napi_value o = NULL, d, v;
	int32_t arm = somh_arm(t, p);
	if (!deeper()) return NULL;
	d = get_value(t->elem, p, false);
	v = !d ? NULL : arm < 0 ? undefined() : get_value(t->members[arm].type, p + t->members[arm].offset, false);
	if (d && v && (napi_create_object(env, &o) != napi_ok || !set(o, "d", d) || !set(o, "v", v))) o = NULL;
	depth--;
	return o;
}

#define AT(T) (*(const T *)p)

napi_value get_value(const somh_type *t, const void *p, bool nullable) {
	const somh_sequence *q = p;
	napi_value v = NULL;
	switch (t->kind) {
	case SOMH_VOID: return undefined();
	case SOMH_BOOLEAN: napi_get_boolean(env, AT(uint8_t) != 0, &v); return v;
	case SOMH_OCTET: napi_create_uint32(env, AT(uint8_t), &v); return v;
	case SOMH_CHAR: napi_create_string_latin1(env, p, 1, &v); return v;
	case SOMH_WCHAR: napi_create_string_utf16(env, p, 1, &v); return v;
	case SOMH_INT8: napi_create_int32(env, AT(int8_t), &v); return v;
	case SOMH_SHORT: napi_create_int32(env, AT(int16_t), &v); return v;
	case SOMH_USHORT: napi_create_uint32(env, AT(uint16_t), &v); return v;
	case SOMH_LONG: napi_create_int32(env, AT(int32_t), &v); return v;
	case SOMH_ULONG: case SOMH_ENUM: napi_create_uint32(env, AT(uint32_t), &v); return v;
	case SOMH_LONGLONG: napi_create_bigint_int64(env, AT(int64_t), &v); return v;
	case SOMH_ULONGLONG: napi_create_bigint_uint64(env, AT(uint64_t), &v); return v;
	case SOMH_FLOAT: return number((double)AT(float));
	case SOMH_DOUBLE: return number(AT(double));
	case SOMH_STRING: return AT(char *) ? text_of(AT(char *), strlen(AT(char *))) : nullable ? null() : text_of("", 0);
	case SOMH_WSTRING: return wide_of(AT(uint16_t *), nullable);
	case SOMH_OBJECT: return wrap(AT(som_ref), false);
	case SOMH_POINTER:
		if (!AT(void *)) return null();
		napi_create_bigint_uint64(env, (uint64_t)(uintptr_t)AT(void *), &v);
		return v;
	case SOMH_STRUCT: case SOMH_EXCEPTION: return members_of(t, p);
	case SOMH_UNION: return union_of(t, p);
	case SOMH_ARRAY: return t->elem->kind == SOMH_OCTET ? octets_of(p, (size_t)t->bound) : list_of(t->elem, p, t->bound);
	case SOMH_SEQUENCE:
		if ((uint64_t)q->length * t->elem->size > SOMH_MAX_SIZE) return throw_range("a sequence of %u elements has more than %d octets (SOMH_MAX_SIZE)", q->length, SOMH_MAX_SIZE);
		if (q->length && !q->buffer) return throw_range("a sequence of %u elements has none", q->length);
		return t->elem->kind == SOMH_OCTET ? octets_of(q->buffer, q->length) : list_of(t->elem, q->buffer, q->length);
	}
	return throw_type("a value of a type that has no form here: %s", t->why ? t->why : t->name);
}
