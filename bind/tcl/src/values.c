/* values.c: values between Tcl and memory as C has it. */
#define _POSIX_C_SOURCE 200809L
#include "core.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Texts ---- */

/* Tcl 8.6 has characters beyond U+FFFF as pairs of surrogates, of three octets each, and zero as two octets. What is no UTF-8 goes in and out by the surrogates
 * U+DC80 to U+DCFF, as in Python. */

/* Octets of a text of C's, and 16-bit units of a wide one: in Tcl's form each may be three octets, which an int counts. */
enum { MAX_TEXT = (INT32_MAX - 8) / 3 };

static size_t put_code(char *to, uint32_t c) {
	if (c && c < 0x80) return to[0] = (char)c, 1;
	if (c < 0x800) return to[0] = (char)(0xc0 | c >> 6), to[1] = (char)(0x80 | (c & 0x3f)), 2;
	if (c < 0x10000) return to[0] = (char)(0xe0 | c >> 12), to[1] = (char)(0x80 | (c >> 6 & 0x3f)), to[2] = (char)(0x80 | (c & 0x3f)), 3;
	to[0] = (char)(0xf0 | c >> 18), to[1] = (char)(0x80 | (c >> 12 & 0x3f)), to[2] = (char)(0x80 | (c >> 6 & 0x3f)), to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One character: how many octets it has; 0: it is none. */
static size_t character(const unsigned char *s, size_t n, uint32_t *c) {
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t k = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf8 ? 4 : 0;
	if (!k || k > n) return 0;
	*c = k == 1 ? *s : *s & (0xffu >> (k + 1));
	for (size_t i = 1; i < k; i++) {
		if ((s[i] & 0xc0) != 0x80) return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (k == 2 && !*c) return 2; /* Tcl's zero */
	return *c < least[k] || *c > 0x10ffff ? 0 : k;
}

/* Tcl's texts have whole characters only: what is cut within one loses what is left of it. */
void whole_characters(char *s) {
	char *to = s;
	for (size_t n = strlen(s), k; n; s += k, n -= k) {
		uint32_t c;
		k = character((const unsigned char *)s, n, &c);
		memmove(to, s, k);
		to += k;
		if (!k) k = 1;
	}
	*to = 0;
}

Tcl_Obj *text_of(const char *s) {
	size_t n = strnlen(s, MAX_TEXT), at = 0, plain = 0;
	while (plain < n && (signed char)s[plain] > 0) plain++;
	if (plain == n) return Tcl_NewStringObj(s, (int)n);
	char *to = ckalloc((unsigned)(3 * n + 8));
	for (size_t i = 0, k; i < n; i += k) {
		uint32_t c = 0;
		k = character((const unsigned char *)s + i, n - i, &c);
		if (!k || (c >= 0xd800 && c < 0xe000)) c = 0xdc00u + (unsigned char)s[i], k = 1;
		if (c >= 0x10000) at += put_code(to + at, 0xd800 + ((c - 0x10000) >> 10)), at += put_code(to + at, 0xdc00 + (c & 0x3ff));
		else at += put_code(to + at, c);
	}
	Tcl_Obj *o = Tcl_NewStringObj(to, (int)at);
	ckfree(to);
	return o;
}

static Tcl_Obj *wide_of(const uint16_t *s, size_t n) {
	if (n > MAX_TEXT) return (void)fail("VALUE", "a wstring of %" PRIu64 " characters is longer than %d (MAX_TEXT)", (uint64_t)n, MAX_TEXT), NULL;
	char *to = ckalloc((unsigned)(3 * n + 4));
	size_t at = 0;
	for (size_t i = 0; i < n; i++)
		at += put_code(to + at, s[i]);
	Tcl_Obj *o = Tcl_NewStringObj(to, (int)at);
	ckfree(to);
	return o;
}

char *octets_of(Tcl_Obj *o, const char *what, uint64_t bound) {
	int n;
	size_t at = 0;
	const char *s = Tcl_GetStringFromObj(o, &n);
	char *to = som_allocate(2 * (size_t)n + 1); /* an octet that is no character's becomes two */
	if (!to) return (void)fail("MEMORY", "%s: not enough memory", what), NULL;
	for (size_t i = 0, k; i < (size_t)n; i += k) {
		uint32_t c = 0, low = 0;
		k = character((const unsigned char *)s + i, (size_t)n - i, &c);
		if (!k) c = (unsigned char)s[i], k = 1;
		if (!c) {
			som_deallocate(to);
			return (void)fail_what(what, "the string contains a zero"), NULL;
		}
		if (c >= 0xd800 && c < 0xdc00 && i + k < (size_t)n && character((const unsigned char *)s + i + k, (size_t)n - i - k, &low) == 3 && low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00), k += 3;
		if (c >= 0xdc80 && c <= 0xdcff) to[at++] = (char)(c - 0xdc00);
		else at += put_code(to + at, c);
	}
	if (!bound || at <= bound) return to;
	som_deallocate(to);
	return (void)fail_what(what, "%d octets, and the string has at most %d", (int)at, (int)bound), NULL;
}

static int put_wide(const somh_type *t, Tcl_Obj *o, uint16_t **p, const char *what) {
	int n;
	size_t at = 0;
	const char *s = Tcl_GetStringFromObj(o, &n);
	uint16_t *to = som_allocate(((size_t)n + 1) * 2);
	if (!to) return fail("MEMORY", "%s: not enough memory", what);
	bool zero = false;
	for (size_t i = 0, k; i < (size_t)n && !zero; i += k) {
		uint32_t c = 0;
		k = character((const unsigned char *)s + i, (size_t)n - i, &c);
		if (!k) c = (unsigned char)s[i], k = 1;
		zero = !c;
		if (c >= 0x10000) to[at++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10)), to[at++] = (uint16_t)(0xdc00 + (c & 0x3ff));
		else to[at++] = (uint16_t)c;
	}
	if (!zero && (!t->bound || at <= t->bound)) return *p = to, TCL_OK;
	som_deallocate(to);
	return zero ? fail_what(what, "the string contains a zero") : fail_what(what, "%d characters, and the wstring has at most %d", (int)at, (int)t->bound);
}

/* ---- To Tcl ---- */

static _Thread_local int depth; /* of the value that is being converted */

static bool deeper(void) {
	if (depth < SOMH_MAX_NESTING / 2) return depth++, false;
	return fail("VALUE", "values are nested deeper than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING), true;
}

static Tcl_Obj *get_many(const somh_type *elem, const char *p, uint64_t n) {
	if (elem->kind == SOMH_OCTET) return n > INT32_MAX ? (fail("VALUE", "a sequence has too many elements for Tcl"), NULL) : Tcl_NewByteArrayObj((const unsigned char *)p, (int)n);
	if (deeper()) return NULL;
	Tcl_Obj *all = Tcl_NewListObj(0, NULL);
	for (uint64_t i = 0; all && i < n; i++) {
		Tcl_Obj *o = get_value(elem, p + i * elem->size, false);
		if (o) Tcl_ListObjAppendElement(NULL, all, o);
		else unref(all), all = NULL;
	}
	depth--;
	return all;
}

static Tcl_Obj *get_members(const somh_type *t, const char *p) {
	if (deeper()) return NULL;
	Tcl_Obj *all = Tcl_NewDictObj();
	for (uint32_t i = 0; all && i < t->nmembers; i++) {
		Tcl_Obj *o = get_value(t->members[i].type, p + t->members[i].offset, false);
		if (o) Tcl_DictObjPut(NULL, all, Tcl_NewStringObj(t->members[i].name, -1), o);
		else unref(all), all = NULL;
	}
	depth--;
	return all;
}

static Tcl_Obj *get_union(const somh_type *t, const char *p) {
	if (deeper()) return NULL;
	int32_t arm = somh_arm(t, p);
	Tcl_Obj *all = Tcl_NewDictObj(), *d = get_value(t->elem, p, false), *v = d && arm >= 0 ? get_value(t->members[arm].type, p + t->members[arm].offset, false) : NULL;
	depth--;
	if (d) Tcl_DictObjPut(NULL, all, Tcl_NewStringObj("d", 1), d);
	if (v) Tcl_DictObjPut(NULL, all, Tcl_NewStringObj("v", 1), v);
	if (d && (v || arm < 0)) return all;
	unref(all);
	return NULL;
}

#define AT(T) (*(const T *)p)

static Tcl_Obj *unsigned_of(uint64_t v) {
	char digits[24];
	if (v <= INT64_MAX) return Tcl_NewWideIntObj((Tcl_WideInt)v);
	snprintf(digits, sizeof digits, "%" PRIu64, v);
	return Tcl_NewStringObj(digits, -1);
}

Tcl_Obj *get_value(const somh_type *t, const void *p, bool nullable) {
	const somh_sequence *q = p;
	switch (t->kind) {
	case SOMH_VOID: return Tcl_NewObj();
	case SOMH_BOOLEAN: return Tcl_NewBooleanObj(AT(uint8_t) != 0);
	case SOMH_OCTET: return Tcl_NewIntObj(AT(uint8_t));
	case SOMH_CHAR: return wide_of(&(uint16_t){AT(uint8_t)}, 1);
	case SOMH_WCHAR: return wide_of(p, 1);
	case SOMH_INT8: return Tcl_NewIntObj(AT(int8_t));
	case SOMH_SHORT: return Tcl_NewIntObj(AT(int16_t));
	case SOMH_USHORT: return Tcl_NewIntObj(AT(uint16_t));
	case SOMH_LONG: return Tcl_NewIntObj(AT(int32_t));
	case SOMH_ULONG: return Tcl_NewWideIntObj(AT(uint32_t));
	case SOMH_LONGLONG: return Tcl_NewWideIntObj(AT(int64_t));
	case SOMH_ULONGLONG: return unsigned_of(AT(uint64_t));
	case SOMH_FLOAT: return Tcl_NewDoubleObj((double)AT(float));
	case SOMH_DOUBLE: return Tcl_NewDoubleObj(AT(double));
	case SOMH_STRING:
		if (AT(char *) && strnlen(AT(char *), (size_t)MAX_TEXT + 1) > MAX_TEXT) return (void)fail("VALUE", "a string is longer than %d octets (MAX_TEXT)", MAX_TEXT), NULL;
		return text_of(AT(char *) ? AT(char *) : "");
	case SOMH_WSTRING: {
		size_t n = 0;
		while (AT(uint16_t *) && AT(uint16_t *)[n]) n++;
		return wide_of(AT(uint16_t *), n);
	}
	case SOMH_OBJECT: return wrap(AT(som_ref), false);
	case SOMH_POINTER: return AT(void *) || !nullable ? unsigned_of((uint64_t)(uintptr_t)AT(void *)) : Tcl_NewObj();
	case SOMH_ENUM: return AT(uint32_t) < t->nmembers ? Tcl_NewStringObj(t->members[AT(uint32_t)].name, -1) : Tcl_NewWideIntObj(AT(uint32_t));
	case SOMH_STRUCT: case SOMH_EXCEPTION: return get_members(t, p);
	case SOMH_UNION: return get_union(t, p);
	case SOMH_ARRAY: return get_many(t->elem, p, t->bound);
	case SOMH_SEQUENCE:
		if ((uint64_t)q->length * t->elem->size > SOMH_MAX_SIZE) return (void)fail("VALUE", "a sequence of %u elements has more than %d octets (SOMH_MAX_SIZE)", q->length, SOMH_MAX_SIZE), NULL;
		if (q->length && !q->buffer) return (void)fail("VALUE", "a sequence of %u elements has none", q->length), NULL;
		return get_many(t->elem, q->buffer, q->length);
	}
	return (void)fail("TYPE", "a value of a type that has no form here: %s", t->why ? t->why : t->name), NULL;
}

/* ---- To C ---- */

static const struct range { int64_t least; uint64_t most; const char *name, *says; } ranges[SOMH_KINDS] = {[SOMH_OCTET] = {0, UINT8_MAX, "octet", "0 to 255"},
	[SOMH_INT8] = {INT8_MIN, INT8_MAX, "int8", "-128 to 127"}, [SOMH_SHORT] = {INT16_MIN, INT16_MAX, "short", "-32768 to 32767"}, [SOMH_USHORT] = {0, UINT16_MAX, "unsigned short", "0 to 65535"},
	[SOMH_LONG] = {INT32_MIN, INT32_MAX, "long", "-2147483648 to 2147483647"}, [SOMH_ULONG] = {0, UINT32_MAX, "unsigned long", "0 to 4294967295"},
	[SOMH_LONGLONG] = {INT64_MIN, INT64_MAX, "long long", "-9223372036854775808 to 9223372036854775807"}, [SOMH_ULONGLONG] = {0, UINT64_MAX, "unsigned long long", "0 to 18446744073709551615"}};

/* Tcl takes magnitudes of up to 64 bits, and numbers modulo 2^64 of them: their signs tell whether they are it. */
bool whole_of(Tcl_Obj *o, bool *negative, uint64_t *v) {
	Tcl_WideInt wide = 0;
	double d = 0;
	if (Tcl_GetWideIntFromObj(NULL, o, &wide) != TCL_OK || Tcl_GetDoubleFromObj(NULL, o, &d) != TCL_OK) return false;
	*negative = d < 0;
	*v = (uint64_t)wide;
	return !*negative || wide < 0;
}

static int put_whole(const somh_type *t, Tcl_Obj *o, void *p, const char *what) {
	const struct range *r = &ranges[t->kind];
	const char *s = Tcl_GetString(o);
	double d = 0;
	uint64_t v = 0;
	bool fits = false, negative;
	if (whole_of(o, &negative, &v)) {
		fits = negative ? (int64_t)v >= r->least : v <= r->most;
	} else if (Tcl_GetDoubleFromObj(NULL, o, &d) != TCL_OK || s[strspn(s, " \t\n+-0123456789")]) {
		return fail_what(what, "expected integer but got \"%.100s\"", s);
	}
	if (!fits) return fail_what(what, "%.100s is out of the range of %s (%s)", Tcl_GetString(o), r->name, r->says);
	switch (t->size) {
	case 1: *(uint8_t *)p = (uint8_t)v; break;
	case 2: *(uint16_t *)p = (uint16_t)v; break;
	case 4: *(uint32_t *)p = (uint32_t)v; break;
	default: *(uint64_t *)p = v;
	}
	return TCL_OK;
}

static int put_character(const somh_type *t, Tcl_Obj *o, void *p, const char *what) {
	int n;
	uint32_t c = 0, most = t->kind == SOMH_CHAR ? 0xff : 0xffff;
	const char *s = Tcl_GetStringFromObj(o, &n);
	if (!n || character((const unsigned char *)s, (size_t)n, &c) != (size_t)n) return fail_what(what, "expected one character%s but got \"%.100s\"", t->kind == SOMH_WCHAR ? " up to U+FFFF" : "", s);
	if (c > most) return fail_what(what, "the character \"%s\" is beyond U+%04X", s, most);
	if (t->kind == SOMH_CHAR) *(uint8_t *)p = (uint8_t)c;
	else *(uint16_t *)p = (uint16_t)c;
	return TCL_OK;
}

static int put_object(const somh_type *t, Tcl_Obj *o, som_ref *p, const char *what) {
	instance *w = instance_of(o);
	const char *wanted = *t->name ? t->name : "SOMObject";
	if (!w || !w->ref) return fail_what(what, "expected an object of class %s but got \"%.100s\"", wanted, Tcl_GetString(o));
	if (!somh_accepts(t, w->cls)) return fail_what(what, "expected an object of class %s but got one of class %s", wanted, w->cls->name);
	if (!(*p = reference(w))) return fail_what(what, "the object of class %s has ended", w->cls->name);
	return TCL_OK;
}

static int put_many(const somh_type *t, Tcl_Obj *o, void *p, const char *what) {
	somh_sequence *q = p;
	int n, failed = TCL_OK;
	Tcl_Obj **elements = NULL;
	const unsigned char *octets = t->elem->kind == SOMH_OCTET ? Tcl_GetByteArrayFromObj(o, &n) : NULL;
	if (octets) { /* of a character beyond U+00FF Tcl takes the low octet: that is none */
		int chars = 0;
		const char *s = Tcl_GetStringFromObj(o, &chars);
		for (int i = 0; i < chars; i++)
			if ((unsigned char)s[i] >= 0xc4) return fail_what(what, "expected octets but got \"%.100s\"", s);
	} else if (Tcl_ListObjGetElements(NULL, o, &n, &elements) != TCL_OK) {
		return fail_what(what, "expected a list but got \"%.100s\"", Tcl_GetString(o));
	}
	if (t->kind == SOMH_ARRAY && (uint64_t)n != t->bound) return fail_what(what, "%d elements, and the array has %d", n, (int)t->bound);
	if (t->kind == SOMH_SEQUENCE && t->bound && (uint64_t)n > t->bound) return fail_what(what, "%d elements, and the sequence has at most %d", n, (int)t->bound);
	if (t->elem->size && (uint64_t)n > SOMH_MAX_SIZE / t->elem->size) return fail_what(what, "a sequence of %d elements has more than %d octets (SOMH_MAX_SIZE)", n, SOMH_MAX_SIZE);
	char *to = p;
	if (t->kind == SOMH_SEQUENCE) {
		if (n && !(to = som_allocate((size_t)n * t->elem->size))) return fail("MEMORY", "%s: not enough memory", what);
		*q = (somh_sequence){(uint32_t)n, (uint32_t)n, n ? to : NULL};
	}
	if (octets) return n ? (void)memcpy(to, octets, (size_t)n) : (void)0, TCL_OK;
	if (deeper()) return somh_end(t, p), TCL_ERROR;
	Tcl_Obj *held = Tcl_DuplicateObj(o); /* its elements last, though o may become something else */
	Tcl_IncrRefCount(held);
	failed = Tcl_ListObjGetElements(NULL, held, &n, &elements);
	for (int i = 0; i < n && failed == TCL_OK; i++) {
		char each[200];
		snprintf(each, sizeof each, "%.150s[%d]", what, i);
		failed = put_value(t->elem, elements[i], to + (size_t)i * t->elem->size, false, each);
	}
	unref(held);
	depth--;
	if (failed != TCL_OK) somh_end(t, p);
	return failed;
}

static int put_members(const somh_type *t, Tcl_Obj *o, char *p, const char *what) {
	int n, failed = TCL_OK;
	if (Tcl_DictObjSize(NULL, o, &n) != TCL_OK) return fail_what(what, "expected a dictionary of %s but got \"%.100s\"", t->name, Tcl_GetString(o));
	if (deeper()) return TCL_ERROR;
	Tcl_Obj *held = Tcl_DuplicateObj(o);
	Tcl_IncrRefCount(held);
	for (uint32_t i = 0; i < t->nmembers && failed == TCL_OK; i++) {
		char each[200];
		Tcl_Obj *key = Tcl_NewStringObj(t->members[i].name, -1), *v = NULL;
		Tcl_IncrRefCount(key);
		failed = Tcl_DictObjGet(NULL, held, key, &v);
		unref(key);
		snprintf(each, sizeof each, "%.100s.%.90s", what, t->members[i].name);
		if (failed == TCL_OK && !v) failed = fail_what(each, "a dictionary of %s lacks it", t->name);
		if (failed == TCL_OK) failed = put_value(t->members[i].type, v, p + t->members[i].offset, false, each);
	}
	unref(held);
	depth--;
	if (failed != TCL_OK) somh_end(t, p);
	return failed;
}

static int put_union(const somh_type *t, Tcl_Obj *o, char *p, const char *what) {
	Tcl_Obj *names[2] = {Tcl_NewStringObj("d", 1), Tcl_NewStringObj("v", 1)}, *d = NULL, *v = NULL;
	Tcl_Obj *held = Tcl_DuplicateObj(o);
	int failed;
	Tcl_IncrRefCount(held), Tcl_IncrRefCount(names[0]), Tcl_IncrRefCount(names[1]);
	if (Tcl_DictObjGet(NULL, held, names[0], &d) != TCL_OK || !d) failed = fail_what(what, "expected a dictionary of d and v, of %s, but got \"%.100s\"", t->name, Tcl_GetString(o));
	else if (deeper()) failed = TCL_ERROR;
	else {
		char each[200];
		snprintf(each, sizeof each, "%.150s.d", what);
		failed = put_value(t->elem, d, p, false, each);
		int32_t arm = failed == TCL_OK ? somh_arm(t, p) : -1;
		Tcl_DictObjGet(NULL, held, names[1], &v);
		snprintf(each, sizeof each, "%.150s.v", what);
		if (failed == TCL_OK && arm >= 0) failed = v ? put_value(t->members[arm].type, v, p + t->members[arm].offset, false, each) : fail_what(each, "it is not there");
		else if (failed == TCL_OK && v) failed = fail_what(each, "no arm is selected, and it is there");
		if (failed != TCL_OK) memset(p, 0, t->size);
		depth--;
	}
	unref(held), unref(names[0]), unref(names[1]);
	return failed;
}

static int put_enumerator(const somh_type *t, Tcl_Obj *o, uint32_t *p, const char *what) {
	bool negative;
	uint64_t v;
	for (uint32_t i = 0; i < t->nmembers; i++)
		if (!strcmp(Tcl_GetString(o), t->members[i].name)) return *p = i, TCL_OK;
	if (!whole_of(o, &negative, &v) || v >= t->nmembers) return fail_what(what, "\"%.100s\" is no %s", Tcl_GetString(o), t->name);
	return *p = (uint32_t)v, TCL_OK;
}

int put_value(const somh_type *t, Tcl_Obj *o, void *p, bool nullable, const char *what) {
	double d;
	int b;
	if (t->kind == SOMH_POINTER || (nullable && t->kind == SOMH_OBJECT)) {
		if (!*Tcl_GetString(o)) return TCL_OK;
	}
	switch (t->kind) {
	case SOMH_BOOLEAN:
		if (Tcl_GetBooleanFromObj(NULL, o, &b) != TCL_OK) return fail_what(what, "expected boolean value but got \"%.100s\"", Tcl_GetString(o));
		return *(uint8_t *)p = (uint8_t)b, TCL_OK;
	case SOMH_OCTET: case SOMH_INT8: case SOMH_SHORT: case SOMH_USHORT: case SOMH_LONG: case SOMH_ULONG: case SOMH_LONGLONG: case SOMH_ULONGLONG: return put_whole(t, o, p, what);
	case SOMH_CHAR: case SOMH_WCHAR: return put_character(t, o, p, what);
	case SOMH_FLOAT: case SOMH_DOUBLE: {
		const char *s = Tcl_GetString(o);
		if (!strcmp(s + (*s == '-'), "NaN") || !strncmp(s + (*s == '-'), "NaN(", 4)) d = (double)NAN; /* which Tcl takes for no number */
		else if (Tcl_GetDoubleFromObj(NULL, o, &d) != TCL_OK) return fail_what(what, "expected floating-point number but got \"%.100s\"", s);
		if (t->kind == SOMH_DOUBLE) return *(double *)p = d, TCL_OK;
		if (isfinite(d) && fabs(d) > 3.4028235677973366e38) return fail_what(what, "%.100s is out of the range of float", Tcl_GetString(o));
		return *(float *)p = (float)d, TCL_OK;
	}
	case SOMH_STRING: return (*(char **)p = octets_of(o, what, t->bound)) ? TCL_OK : TCL_ERROR;
	case SOMH_WSTRING: return put_wide(t, o, p, what);
	case SOMH_OBJECT: return put_object(t, o, p, what);
	case SOMH_POINTER: {
		bool negative;
		uint64_t v;
		if (!whole_of(o, &negative, &v)) return fail_what(what, "expected an address or \"\" but got \"%.100s\"", Tcl_GetString(o));
		return *(void **)p = (void *)(uintptr_t)v, TCL_OK;
	}
	case SOMH_ENUM: return put_enumerator(t, o, p, what);
	case SOMH_STRUCT: case SOMH_EXCEPTION: return put_members(t, o, p, what);
	case SOMH_UNION: return put_union(t, o, p, what);
	case SOMH_ARRAY: case SOMH_SEQUENCE: return put_many(t, o, p, what);
	}
	return fail_what(what, "a value of a type that has no form here: %s", t->why ? t->why : t->name);
}
