/* puts.c: values from JavaScript to memory as C has it. What is converted may run JavaScript, by a getter or a proxy. */
#include "core.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint32_t depth; /* of the value that is being put */

static bool deeper(void) {
	if (depth < SOMH_MAX_NESTING / 2) return depth++, true;
	return throw_range("values are nested deeper than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING), false;
}

const char *path_text(const path *at, char *to, size_t n) {
	if (at->m && at->result) snprintf(to, n, "the result of %.100s()", at->m->attribute ? at->m->attribute : at->m->name);
	else if (at->m) snprintf(to, n, *at->name ? "%.100s() argument '%.90s'" : "%.100s() argument", at->m->attribute ? at->m->attribute : at->m->name, at->name);
	else if (!at->outer) snprintf(to, n, "%.200s", at->name);
	else {
		path_text(at->outer, to, n);
		size_t used = strlen(to);
		if (at->name) snprintf(to + used, n - used, ".%.90s", at->name);
		else snprintf(to + used, n - used, "[%lld]", (long long)at->index);
	}
	return to;
}

#define WHAT (path_text(at, (char[400]){0}, 400))

bool nothing(napi_value v) {
	napi_valuetype is = napi_undefined;
	napi_typeof(env, v, &is);
	return is == napi_undefined || is == napi_null;
}

/* What is none of a type. */
static bool refuse(napi_value v, const path *at, const char *wanted) {
	static const char *const kinds[] = {[napi_undefined] = "undefined", [napi_null] = "null", [napi_boolean] = "a boolean", [napi_number] = "a number", [napi_string] = "a string", [napi_symbol] = "a symbol",
		[napi_object] = "an object", [napi_function] = "a function", [napi_external] = "an external", [napi_bigint] = "a bigint"};
	char name[128] = "";
	napi_valuetype is = napi_undefined;
	napi_value called;
	size_t n;
	napi_typeof(env, v, &is);
	if (is == napi_object && (called = call_part("kindOf", 1, &v))) napi_get_value_string_utf8(env, called, name, sizeof name, &n);
	napi_is_exception_pending(env, &(bool){false});
	throw_type("%s must be %s, not %s", WHAT, wanted, *name ? name : kinds[is]);
	return false;
}

static const struct range { double least, most; const char *name; } ranges[SOMH_KINDS] = {[SOMH_OCTET] = {0, UINT8_MAX, "octet"}, [SOMH_INT8] = {INT8_MIN, INT8_MAX, "int8"},
	[SOMH_SHORT] = {INT16_MIN, INT16_MAX, "short"}, [SOMH_USHORT] = {0, UINT16_MAX, "unsigned short"}, [SOMH_LONG] = {INT32_MIN, INT32_MAX, "long"}, [SOMH_ULONG] = {0, UINT32_MAX, "unsigned long"}};

static bool put_whole(const somh_type *t, napi_value v, void *p, const path *at) {
	const struct range *r = &ranges[t->kind];
	double d;
	if (napi_get_value_double(env, v, &d) != napi_ok) return refuse(v, at, "a number");
	if (!(d >= r->least && d <= r->most)) return throw_range("%s: %.17g is out of the range of %s (%.0f to %.0f)", WHAT, d, r->name, r->least, r->most), false;
	int64_t i = (int64_t)d;
	if ((double)i != d) return throw_range("%s: %.17g is no whole number", WHAT, d), false;
	switch (t->size) {
	case 1: *(uint8_t *)p = (uint8_t)i; break;
	case 2: *(uint16_t *)p = (uint16_t)i; break;
	default: *(uint32_t *)p = (uint32_t)i;
	}
	return true;
}

static bool put_long(const somh_type *t, napi_value v, void *p, const path *at) {
	bool lossless = false, has_sign = t->kind == SOMH_LONGLONG;
	double d;
	if ((has_sign ? napi_get_value_bigint_int64(env, v, p, &lossless) : napi_get_value_bigint_uint64(env, v, p, &lossless)) == napi_ok) {
		if (lossless) return true;
		*(uint64_t *)p = 0;
		return throw_range("%s: the bigint is out of the range of %s", WHAT, has_sign ? "long long" : "unsigned long long"), false;
	}
	if (napi_get_value_double(env, v, &d) != napi_ok) return refuse(v, at, "a bigint or a whole number");
	if (!(d >= -9007199254740991.0 && d <= 9007199254740991.0)) return throw_range("%s: %.17g is no safe integer: a bigint is exact", WHAT, d), false;
	int64_t i = (int64_t)d;
	if ((double)i != d) return throw_range("%s: %.17g is no whole number", WHAT, d), false;
	if (i < 0 && !has_sign) return throw_range("%s: %lld is out of the range of unsigned long long", WHAT, (long long)i), false;
	*(int64_t *)p = i;
	return true;
}

static bool put_character(const somh_type *t, napi_value v, void *p, const path *at) {
	char16_t c[2];
	size_t n;
	if (napi_get_value_string_utf16(env, v, NULL, 0, &n) != napi_ok) return refuse(v, at, "a string");
	if (n != 1) return throw_type("%s must be a string of one character, not of %zu", WHAT, n), false;
	napi_get_value_string_utf16(env, v, c, 2, &n);
	if (t->kind == SOMH_CHAR && *c > 0xFF) return throw_range("%s: the character U+%04X is beyond U+00FF", WHAT, *c), false;
	if (t->kind == SOMH_CHAR) *(uint8_t *)p = (uint8_t)*c;
	else *(uint16_t *)p = (uint16_t)*c;
	return true;
}

static bool is_string(napi_value v, const path *at) {
	napi_valuetype is;
	return (napi_typeof(env, v, &is) == napi_ok && is == napi_string) || refuse(v, at, "a string");
}

static bool put_text(const somh_type *t, napi_value v, char **p, const path *at) {
	char small[256];
	size_t n;
	if (!is_string(v, at)) return false;
	if (!t->bound && short_text(v, small, sizeof small, &n)) {
		if (!(*p = som_allocate(n + 1))) return throw_range("%s: no memory for a text of %zu octets", WHAT, n), false;
		memcpy(*p, small, n);
		return true;
	}
	*p = text_from(v, WHAT, t->bound, NULL);
	return *p != NULL;
}

static bool put_wide(const somh_type *t, napi_value v, uint16_t **p, const path *at) {
	size_t n, got;
	if (!is_string(v, at)) return false;
	napi_get_value_string_utf16(env, v, NULL, 0, &n);
	if (t->bound && n > t->bound) return throw_range("%s: %zu characters, and the wstring has at most %llu", WHAT, n, (unsigned long long)t->bound), false;
	if (n > SOMH_MAX_SIZE / 2) return throw_range("%s: %zu characters have more than %d octets (SOMH_MAX_SIZE)", WHAT, n, SOMH_MAX_SIZE), false;
	uint16_t *to = som_allocate((n + 1) * 2);
	if (!to) return throw_range("%s: no memory for %zu characters", WHAT, n), false;
	napi_get_value_string_utf16(env, v, (char16_t *)to, n + 1, &got);
	for (size_t i = 0; i < n; i++)
		if (!to[i]) return som_deallocate(to), throw_type("%s has a null character in it", WHAT), false;
	*p = to;
	return true;
}

static bool put_object(const somh_type *t, napi_value v, som_ref *p, const path *at) {
	instance *w = NULL;
	const char *wanted = *t->name ? t->name : "an object of SOM";
	napi_valuetype is;
	if (napi_typeof(env, v, &is) != napi_ok || is != napi_object) return refuse(v, at, wanted);
	som_ref o = ref_from(v, &w);
	if (!o) {
		bool pending = false;
		napi_is_exception_pending(env, &pending);
		return pending ? false : refuse(v, at, wanted);
	}
	if (!somh_accepts(t, w->cls->cls)) return refuse(v, at, wanted);
	*p = som_retain(o);
	keep(w);
	return true;
}

static bool put_each(const somh_type *elem, napi_value list, uint32_t n, char *p, const path *at) {
	if (!deeper()) return false;
	bool good = true;
	for (uint32_t i = 0; good && i < n; i++) {
		napi_handle_scope scope;
		napi_value v;
		napi_open_handle_scope(env, &scope);
		good = napi_get_element(env, list, i, &v) == napi_ok && put_value(elem, v, p + (size_t)i * elem->size, false, &(path){at, NULL, NULL, i, false});
		napi_close_handle_scope(env, scope);
	}
	depth--;
	return good;
}

/* What a typed array of just such elements has in memory; NULL: it is none. */
static const void *bulk(const somh_type *elem, napi_value v, size_t *n) {
	static const uint32_t kinds[] = {[napi_int8_array] = SOMH_INT8, [napi_uint8_array] = SOMH_OCTET, [napi_uint8_clamped_array] = SOMH_OCTET, [napi_int16_array] = SOMH_SHORT, [napi_uint16_array] = SOMH_USHORT,
		[napi_int32_array] = SOMH_LONG, [napi_uint32_array] = SOMH_ULONG, [napi_float32_array] = SOMH_FLOAT, [napi_float64_array] = SOMH_DOUBLE, [napi_bigint64_array] = SOMH_LONGLONG,
		[napi_biguint64_array] = SOMH_ULONGLONG};
	napi_typedarray_type type;
	napi_value buffer;
	size_t offset;
	void *data;
	bool is = false;
	if (napi_is_typedarray(env, v, &is) == napi_ok && is)
		return napi_get_typedarray_info(env, v, &type, n, &data, &buffer, &offset) == napi_ok && (size_t)type < sizeof kinds / sizeof *kinds && kinds[type] == elem->kind ? (data ? data : "") : NULL;
	if (elem->kind == SOMH_OCTET && napi_is_arraybuffer(env, v, &is) == napi_ok && is) return napi_get_arraybuffer_info(env, v, &data, n) == napi_ok ? (data ? data : "") : NULL;
	return NULL;
}

static bool put_many(const somh_type *t, napi_value v, void *p, const path *at) {
	somh_sequence *q = p;
	size_t n = 0;
	bool is = false;
	char *to = p;
	const void *from = bulk(t->elem, v, &n);
	if (!from) {
		uint32_t length = 0;
		if (napi_is_array(env, v, &is) != napi_ok || (!is && (napi_is_typedarray(env, v, &is) != napi_ok || !is))) return refuse(v, at, t->elem->kind == SOMH_OCTET ? "an array, a typed array or a buffer" : "an array");
		napi_value count;
		if (napi_get_named_property(env, v, "length", &count) != napi_ok || napi_get_value_uint32(env, count, &length) != napi_ok) return false;
		n = length;
	}
	if (t->kind == SOMH_ARRAY && n != t->bound) return throw_range("%s: %zu elements, and the array has %llu", WHAT, n, (unsigned long long)t->bound), false;
	if (t->kind == SOMH_SEQUENCE && t->bound && n > t->bound) return throw_range("%s: %zu elements, and the sequence has at most %llu", WHAT, n, (unsigned long long)t->bound), false;
	if (n > UINT32_MAX || (t->elem->size && n > SOMH_MAX_SIZE / t->elem->size)) return throw_range("%s: a sequence of %zu elements has more than %d octets (SOMH_MAX_SIZE)", WHAT, n, SOMH_MAX_SIZE), false;
	if (t->kind == SOMH_SEQUENCE) {
		if (n && !(to = som_allocate(n * t->elem->size))) return throw_range("%s: no memory for %zu elements", WHAT, n), false;
		*q = (somh_sequence){(uint32_t)n, (uint32_t)n, n ? to : NULL};
	}
	if (from) {
		if (n) memcpy(to, from, n * t->elem->size);
		return true;
	}
	if (put_each(t->elem, v, (uint32_t)n, to, at)) return true;
	somh_end(t, p);
	memset(p, 0, t->size);
	return false;
}

static bool put_members(const somh_type *t, napi_value v, char *p, const path *at) {
	napi_valuetype is;
	if (napi_typeof(env, v, &is) != napi_ok || is != napi_object) return refuse(v, at, t->name);
	if (!deeper()) return false;
	bool good = true;
	for (uint32_t i = 0; good && i < t->nmembers; i++) {
		napi_value member;
		good = napi_get_named_property(env, v, member_name(t, i), &member) == napi_ok &&
			put_value(t->members[i].type, member, p + t->members[i].offset, false, &(path){at, NULL, t->members[i].name, 0, false});
	}
	depth--;
	if (!good) somh_end(t, p), memset(p, 0, t->size);
	return good;
}

static bool put_union(const somh_type *t, napi_value o, char *p, const path *at) {
	napi_valuetype is;
	napi_value d, v;
	if (napi_typeof(env, o, &is) != napi_ok || is != napi_object) return refuse(o, at, t->name);
	if (!deeper()) return false;
	bool good = napi_get_named_property(env, o, "d", &d) == napi_ok && napi_get_named_property(env, o, "v", &v) == napi_ok && put_value(t->elem, d, p, false, &(path){at, NULL, "d", 0, false});
	if (good) {
		int32_t arm = somh_arm(t, p);
		const path inner = {at, NULL, "v", 0, false};
		if (arm >= 0) good = put_value(t->members[arm].type, v, p + t->members[arm].offset, false, &inner);
		else if (!nothing(v)) good = refuse(v, &inner, "undefined, since no arm is selected");
	}
	if (!good) memset(p, 0, t->size);
	depth--;
	return good;
}

bool put_value(const somh_type *t, napi_value v, void *p, bool nullable, const path *at) {
	double d;
	bool is;
	if ((t->kind == SOMH_POINTER || (nullable && (t->kind == SOMH_STRING || t->kind == SOMH_WSTRING || t->kind == SOMH_OBJECT))) && nothing(v)) return true;
	switch (t->kind) {
	case SOMH_BOOLEAN:
		if (napi_get_value_bool(env, v, &is) != napi_ok) return refuse(v, at, "a boolean");
		return *(uint8_t *)p = is, true;
	case SOMH_OCTET: case SOMH_INT8: case SOMH_SHORT: case SOMH_USHORT: case SOMH_LONG: case SOMH_ULONG: return put_whole(t, v, p, at);
	case SOMH_LONGLONG: case SOMH_ULONGLONG: return put_long(t, v, p, at);
	case SOMH_CHAR: case SOMH_WCHAR: return put_character(t, v, p, at);
	case SOMH_FLOAT: case SOMH_DOUBLE:
		if (napi_get_value_double(env, v, &d) != napi_ok) return refuse(v, at, "a number");
		if (t->kind == SOMH_DOUBLE) return *(double *)p = d, true;
		if (isfinite(d) && !isfinite((float)d)) return throw_range("%s: %g is out of the range of float", WHAT, d), false;
		return *(float *)p = (float)d, true;
	case SOMH_STRING: return put_text(t, v, p, at);
	case SOMH_WSTRING: return put_wide(t, v, p, at);
	case SOMH_OBJECT: return put_object(t, v, p, at);
	case SOMH_POINTER: {
		uint64_t address = 0;
		if (napi_get_value_bigint_uint64(env, v, &address, &is) != napi_ok) return refuse(v, at, "a bigint or null");
		if (!is || address > UINTPTR_MAX) return throw_range("%s: the bigint is no address", WHAT), false;
		return *(void **)p = (void *)(uintptr_t)address, true;
	}
	case SOMH_ENUM:
		if (napi_get_value_double(env, v, &d) != napi_ok) return refuse(v, at, t->name);
		if (!(d >= 0 && d < t->nmembers) || d != floor(d)) return throw_range("%s: %.17g is no %s", WHAT, d, t->name), false;
		return *(uint32_t *)p = (uint32_t)d, true;
	case SOMH_STRUCT: case SOMH_EXCEPTION: return put_members(t, v, p, at);
	case SOMH_UNION: return put_union(t, v, p, at);
	case SOMH_ARRAY: case SOMH_SEQUENCE: return put_many(t, v, p, at);
	}
	return throw_type("%s: a value of a type that has no form here: %s", WHAT, t->why ? t->why : t->name), false;
}
