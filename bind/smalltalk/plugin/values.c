/* values.c: values of Smalltalk's as IDL's types have them in memory, and back. */
#include "plugin.h"

#include <math.h>
#include <string.h>

/* ---- Pointers and objects ---- */

void *pointer_at(sq o) {
	void *p;
	if (vm->isIntegerObject(o) || !vm->isBytes(o) || vm->byteSizeOf(o) != 8) return NULL;
	memcpy(&p, vm->firstIndexableField(o), sizeof p);
	return p;
}

sq pointer(const void *p) {
	sq o = vm->instantiateClassindexableSize(vm->classByteArray(), 8);
	memset(vm->firstIndexableField(o), 0, 8);
	memcpy(vm->firstIndexableField(o), &p, sizeof p);
	return o;
}

/* The object that an instance of SomObject stands for: its first variable. */
som_ref object_at(sq o) {
	if (vm->isIntegerObject(o) || !vm->isPointers(o) || vm->slotSizeOf(o) < 1) return NULL;
	sq h = vm->fetchPointerofObject(0, o);
	return vm->isIntegerObject(h) ? NULL : pointer_at(h);
}

/* ---- Numbers ---- */

/* A whole number of those of a type; 0: it is none. */
static int whole(sq o, int64_t least, uint64_t most, uint64_t *to) {
	int64_t v;
	if (vm->isIntegerObject(o)) v = vm->integerValueOf(o);
	else if (vm->fetchClassOf(o) == vm->classLargePositiveInteger()) {
		if (vm->byteSizeOf(o) > 8) return 0;
		uint64_t u = 0;
		const uint8_t *b = vm->firstIndexableField(o);
		for (int i = vm->byteSizeOf(o); i-- > 0;) u = u << 8 | b[i];
		*to = u;
		return u <= most;
	} else if (vm->fetchClassOf(o) == vm->classLargeNegativeInteger()) {
		if (vm->byteSizeOf(o) > 8) return 0;
		uint64_t u = 0;
		const uint8_t *b = vm->firstIndexableField(o);
		for (int i = vm->byteSizeOf(o); i-- > 0;) u = u << 8 | b[i];
		if (u > UINT64_C(1) << 63) return 0;
		v = u == UINT64_C(1) << 63 ? INT64_MIN : -(int64_t)u;
	} else return 0;
	if (v < least || (v > 0 && (uint64_t)v > most)) return 0;
	*to = (uint64_t)v;
	return 1;
}

static int floating(const somh_type *t, sq o, som_value *to) {
	uint64_t w = 0;
	double d;
	if (vm->isIntegerObject(o)) d = vm->integerValueOf(o);
	else if (vm->isFloatObject(o)) d = vm->floatValueOf(o);
	else if (vm->fetchClassOf(o) == vm->classLargePositiveInteger() || vm->fetchClassOf(o) == vm->classLargeNegativeInteger()) {
		if (!whole(o, INT64_MIN, UINT64_MAX, &w)) return 0;
		d = vm->fetchClassOf(o) == vm->classLargePositiveInteger() ? (double)w : (double)(int64_t)w;
	} else return 0;
	if (t->kind == SOMH_FLOAT && isfinite(d) && !isfinite((float)d)) return 0;
	if (t->kind == SOMH_FLOAT) to->f = (float)d;
	else to->d = d;
	return 1;
}

static int is_character(sq o) { return !vm->isIntegerObject(o) && vm->fetchClassOf(o) == vm->classCharacter(); }

/* ---- Texts ---- */

/* The octets of a character in UTF-8. */
static char *encode(char *p, uint32_t c) {
	if (c < 0x80) return *p++ = (char)c, p;
	if (c < 0x800) *p++ = (char)(0xC0 | c >> 6);
	else {
		if (c < 0x10000) *p++ = (char)(0xE0 | c >> 12);
		else *p++ = (char)(0xF0 | c >> 18), *p++ = (char)(0x80 | (c >> 12 & 63));
		*p++ = (char)(0x80 | (c >> 6 & 63));
	}
	*p++ = (char)(0x80 | (c & 63));
	return p;
}

/* The next character of UTF-8, or -1: there is none. Forms that are longer than need be, and halves of surrogates, are none. */
static int32_t decode(const uint8_t **at) {
	const uint8_t *p = *at;
	int32_t c = *p++, least;
	int more;
	if (c < 0x80) return *at = p, c;
	if (c < 0xC2 || c > 0xF4) return -1;
	if (c < 0xE0) more = 1, c &= 31, least = 0x80;
	else if (c < 0xF0) more = 2, c &= 15, least = 0x800;
	else more = 3, c &= 7, least = 0x10000;
	for (; more > 0; more--) {
		if ((*p & 0xC0) != 0x80) return -1;
		c = c << 6 | (*p++ & 63);
	}
	if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return -1;
	return *at = p, c;
}

/* A String in ISO 8859-1; an Array of Unicode's numbers if it has others; a ByteArray of what is no UTF-8. */
sq text(const char *s) {
	size_t octets = strlen(s), n = 0;
	int32_t most = 0;
	const uint8_t *p = (const uint8_t *)s;
	for (int32_t c; *p && most >= 0; n++) {
		c = decode(&p);
		if (c < 0) most = -1;
		else if (c > most) most = c;
	}
	p = (const uint8_t *)s;
	if (most < 0 || most < 0x80) {
		sq o = vm->instantiateClassindexableSize(most < 0 ? vm->classByteArray() : vm->classString(), (sq)octets);
		memcpy(vm->firstIndexableField(o), s, octets);
		return o;
	}
	if (most < 256) {
		sq o = vm->instantiateClassindexableSize(vm->classString(), (sq)n);
		uint8_t *to = vm->firstIndexableField(o);
		while (*p) *to++ = (uint8_t)decode(&p);
		return o;
	}
	sq o = vm->instantiateClassindexableSize(vm->classArray(), (sq)n);
	for (sq i = 1; *p; i++) vm->stObjectatput(o, i, vm->integerObjectOf(decode(&p)));
	return o;
}

/* The number of a character of a text by its place, from 1; -1: it is none. A surrogate's half is one of wide text. */
static int32_t character(sq o, int array, sq i, int wide) {
	if (!array) return ((const uint8_t *)vm->firstIndexableField(o))[i - 1];
	sq e = vm->stObjectat(o, i), c = vm->isIntegerObject(e) ? vm->integerValueOf(e) : -1;
	return c > 0x10FFFF || (!wide && c >= 0xD800 && c <= 0xDFFF) ? -1 : (int32_t)c;
}

static int is_octets(sq o) { return vm->fetchClassOf(o) == vm->classByteArray(); }
static int is_text(sq o) { return !vm->isIntegerObject(o) && (vm->isArray(o) || is_octets(o) || vm->fetchClassOf(o) == vm->classString() || vm->isKindOf(o, "Symbol")); }

char *utf8(sq o) {
	if (!is_text(o)) return NULL;
	int array = vm->isArray(o), plain = is_octets(o);
	sq n = array ? vm->stSizeOf(o) : vm->byteSizeOf(o);
	char *s = som_allocate((array ? 4 : 2) * (size_t)n + 1), *p = s;
	for (sq i = 1; s && i <= n; i++) {
		int32_t c = character(o, array, i, 0);
		if (c < 1) { som_deallocate(s); return NULL; } /* a zero would end it */
		if (plain) *p++ = (char)c;
		else p = encode(p, (uint32_t)c);
	}
	if (s) *p = 0;
	return s;
}

static uint16_t *utf16(sq o) {
	if (!is_text(o) || is_octets(o)) return NULL;
	int array = vm->isArray(o);
	sq n = array ? vm->stSizeOf(o) : vm->byteSizeOf(o);
	uint16_t *s = som_allocate((2 * (size_t)n + 1) * sizeof *s), *p = s;
	for (sq i = 1; s && i <= n; i++) {
		int32_t c = character(o, array, i, 1);
		if (c < 1) { som_deallocate(s); return NULL; }
		if (c >= 0x10000) *p++ = (uint16_t)(0xD800 + ((c - 0x10000) >> 10)), *p++ = (uint16_t)(0xDC00 + (c & 0x3FF));
		else *p++ = (uint16_t)c;
	}
	if (s) *p = 0;
	return s;
}

static int32_t decode_wide(const uint16_t **at) {
	int32_t c = *(*at)++;
	if (c >= 0xD800 && c < 0xDC00 && **at >= 0xDC00 && **at <= 0xDFFF) c = 0x10000 + ((c - 0xD800) << 10) + (*(*at)++ - 0xDC00);
	return c;
}

static size_t units(const uint16_t *s) {
	size_t n = 0;
	while (s[n]) n++;
	return n;
}

static sq wide_text(const uint16_t *s) {
	sq n = 0;
	int32_t most = 0;
	for (const uint16_t *p = s; *p; n++) {
		int32_t c = decode_wide(&p);
		if (c > most) most = c;
	}
	sq o = vm->instantiateClassindexableSize(most < 256 ? vm->classString() : vm->classArray(), n);
	for (sq i = 0; i < n; i++) {
		int32_t c = decode_wide(&s);
		if (most < 256) ((uint8_t *)vm->firstIndexableField(o))[i] = (uint8_t)c;
		else vm->stObjectatput(o, i + 1, vm->integerObjectOf(c));
	}
	return o;
}

/* ---- From Smalltalk ---- */

int is_leaf(const somh_type *t) { return t->kind != SOMH_NONE && !t->apart && t->kind != SOMH_MAKING && t->kind != SOMH_EXCEPTION; }

leaves leaves_of(sq array) {
	int is = !vm->isIntegerObject(array) && vm->isArray(array);
	return (leaves){IN_ARRAY, array, 0, is ? vm->stSizeOf(array) : -1};
}

static int next(leaves *in, sq *o) {
	if (in->at >= in->n) return 0;
	*o = in->how == ON_STACK ? vm->stackValue(in->base - in->at) : in->how == IN_ARRAY ? vm->stObjectat(in->base, in->at + 1) : in->base;
	in->at++;
	return 1;
}

int take_present(leaves *in) {
	sq o;
	return next(in, &o) && o == vm->trueObject();
}

static int is_of(som_ref o, const somh_type *t) {
	return somh_accepts(t, class_of(o, NULL));
}

/* 1, or 0 where the value has no place in the type. Text and objects are owned by *to. */
static int value_of(const somh_type *t, int nullable, sq o, som_value *to) {
	uint64_t w = 0;
	to->L = 0;
	switch (t->kind) {
	case SOMH_BOOLEAN:
		if (o != vm->trueObject() && o != vm->falseObject()) return 0;
		to->b = o == vm->trueObject();
		return 1;
	case SOMH_CHAR:
		if (!is_character(o)) return 0;
		to->b = (uint8_t)vm->fetchIntegerofObject(0, o);
		return 1;
	case SOMH_WCHAR:
		if (is_character(o)) w = (uint64_t)vm->fetchIntegerofObject(0, o);
		else if (!whole(o, 0, UINT16_MAX, &w)) return 0;
		to->H = (uint16_t)w;
		return 1;
	case SOMH_OCTET: if (!whole(o, 0, 255, &w)) return 0; to->b = (uint8_t)w; return 1;
	case SOMH_INT8: if (!whole(o, -128, 127, &w)) return 0; to->b = (uint8_t)w; return 1;
	case SOMH_SHORT: if (!whole(o, INT16_MIN, INT16_MAX, &w)) return 0; to->h = (int16_t)w; return 1;
	case SOMH_USHORT: if (!whole(o, 0, UINT16_MAX, &w)) return 0; to->H = (uint16_t)w; return 1;
	case SOMH_LONG: if (!whole(o, INT32_MIN, INT32_MAX, &w)) return 0; to->i = (int32_t)w; return 1;
	case SOMH_ULONG: if (!whole(o, 0, UINT32_MAX, &w)) return 0; to->u = (uint32_t)w; return 1;
	case SOMH_ENUM: if (!whole(o, 0, t->nmembers - 1, &w)) return 0; to->u = (uint32_t)w; return 1;
	case SOMH_LONGLONG: if (!whole(o, INT64_MIN, INT64_MAX, &w)) return 0; to->l = (int64_t)w; return 1;
	case SOMH_ULONGLONG: if (!whole(o, 0, UINT64_MAX, &w)) return 0; to->L = w; return 1;
	case SOMH_FLOAT: case SOMH_DOUBLE: return floating(t, o, to);
	case SOMH_STRING:
		if (o == vm->nilObject()) return nullable;
		if (!(to->s = utf8(o))) return 0;
		return !t->bound || strlen(to->s) <= t->bound;
	case SOMH_WSTRING:
		if (o == vm->nilObject()) return nullable;
		if (!(to->p = utf16(o))) return 0;
		return !t->bound || units(to->p) <= t->bound;
	case SOMH_OBJECT:
		if (o == vm->nilObject()) return nullable;
		to->o = object_at(o);
		if (!to->o || !is_there(to->o) || !vm->isKindOf(o, "SomObject") || !is_of(to->o, t)) return to->o = NULL, 0;
		som_retain(to->o);
		return 1;
	case SOMH_POINTER:
		if (o == vm->nilObject()) return 1;
		return (to->p = pointer_at(o)) != NULL;
	}
	return 0;
}

static int octets_of(sq o, uint64_t exactly, uint64_t most, som_value *n) {
	if (vm->isIntegerObject(o) || !is_octets(o)) return 0;
	n->u = (uint32_t)vm->byteSizeOf(o);
	return (!exactly || n->u == exactly) && (!most || n->u <= most);
}

static int take_sequence(leaves *in, const somh_type *t, char *p, int depth) {
	somh_sequence q = {0};
	const somh_type *e = t->elem;
	sq o;
	som_value n;
	int good = 1;
	if (!next(in, &o)) return 0;
	if (e->kind == SOMH_OCTET) {
		if (!octets_of(o, 0, t->bound, &n)) return 0;
	} else {
		uint64_t w;
		if (!whole(o, 0, t->bound ? t->bound : MOST_PARTS, &w) || w > (uint64_t)(in->n - in->at)) return 0; /* each is a leaf at least */
		n.u = (uint32_t)w;
	}
	if (n.u && (uint64_t)n.u * e->size > SOMH_MAX_SIZE) return 0;
	q.maximum = n.u;
	if (n.u && !(q.buffer = som_allocate((size_t)n.u * e->size))) return 0;
	if (e->kind == SOMH_OCTET) {
		if (n.u) memcpy(q.buffer, vm->firstIndexableField(o), n.u);
		q.length = n.u;
	} else if (n.u) {
		memset(q.buffer, 0, (size_t)n.u * e->size);
		for (; good && q.length < n.u; q.length++) good = take(in, e, 0, (char *)q.buffer + (size_t)q.length * e->size, depth + 1);
	}
	memcpy(p, &q, sizeof q);
	return good;
}

int take(leaves *in, const somh_type *t, int nullable, void *to, int depth) {
	char *p = to;
	sq o;
	som_value v;
	int32_t arm;
	if (depth > SOMH_MAX_NESTING) return 0;
	switch (t->kind) {
	case SOMH_STRUCT: case SOMH_EXCEPTION:
		for (uint32_t i = 0; i < t->nmembers; i++)
			if (!take(in, t->members[i].type, 0, p + t->members[i].offset, depth + 1)) return 0;
		return 1;
	case SOMH_UNION:
		if (!take(in, t->elem, 0, p, depth + 1)) return 0;
		arm = somh_arm(t, p);
		return arm < 0 || take(in, t->members[arm].type, 0, p + t->members[arm].offset, depth + 1);
	case SOMH_ARRAY:
		if (t->elem->kind == SOMH_OCTET) {
			if (!next(in, &o) || !octets_of(o, t->bound, 0, &v)) return 0;
			memcpy(p, vm->firstIndexableField(o), (size_t)t->bound);
			return 1;
		}
		for (uint64_t i = 0; i < t->bound; i++)
			if (!take(in, t->elem, 0, p + i * t->elem->size, depth + 1)) return 0;
		return 1;
	case SOMH_SEQUENCE: return take_sequence(in, t, p, depth);
	}
	if (!next(in, &o)) return 0;
	int good = value_of(t, nullable, o, &v);
	if (good || t->kind == SOMH_STRING || t->kind == SOMH_WSTRING) memcpy(p, &v, t->size); /* a text that is too long is ended with the rest */
	return good;
}

/* ---- To Smalltalk ---- */

static somh_sequence sequence_at(const void *p) {
	somh_sequence q;
	memcpy(&q, p, sizeof q);
	if (!q.buffer) q.length = 0;
	return q;
}

void measure_value(measure *m, const somh_type *t, const void *p, int depth) {
	somh_sequence q;
	int32_t arm;
	const void *s;
	if (depth > SOMH_MAX_NESTING) m->parts = INT32_MAX;
	if (beyond(m)) return;
	switch (t->kind) {
	case SOMH_STRUCT: case SOMH_EXCEPTION:
		for (uint32_t i = 0; i < t->nmembers; i++) measure_value(m, t->members[i].type, (const char *)p + t->members[i].offset, depth + 1);
		return;
	case SOMH_UNION:
		m->parts++;
		arm = somh_arm(t, p);
		if (arm >= 0) measure_value(m, t->members[arm].type, (const char *)p + t->members[arm].offset, depth + 1);
		return;
	case SOMH_ARRAY:
		if (t->elem->kind == SOMH_OCTET) m->octets += (int64_t)t->bound;
		else for (uint64_t i = 0; i < t->bound && !beyond(m); i++) measure_value(m, t->elem, (const char *)p + i * t->elem->size, depth + 1);
		m->parts += t->elem->kind == SOMH_OCTET;
		return;
	case SOMH_SEQUENCE:
		q = sequence_at(p);
		m->parts++;
		if (t->elem->kind == SOMH_OCTET) m->octets += q.length;
		else for (uint32_t i = 0; i < q.length && !beyond(m); i++) measure_value(m, t->elem, (const char *)q.buffer + (size_t)i * t->elem->size, depth + 1);
		return;
	case SOMH_STRING: case SOMH_WSTRING:
		memcpy(&s, p, sizeof s);
		if (s) m->octets += 4 * (int64_t)(t->kind == SOMH_STRING ? strlen(s) : units(s));
	}
	m->parts++;
}

const char *beyond(const measure *m) {
	if (m->parts > MOST_PARTS) return "smalltalk-value-parts: a value has more than 4194304 parts, or more than 256 within one another";
	if (m->octets > MOST_OCTETS) return "smalltalk-value-size: the texts and octets of a value take more than 67108864 octets in Smalltalk";
	return NULL;
}

sq leaf(const somh_type *t, const void *p) {
	som_value v = {.L = 0};
	memcpy(&v, p, t->size);
	switch (t->kind) {
	case SOMH_BOOLEAN: return v.b ? vm->trueObject() : vm->falseObject();
	case SOMH_CHAR: return vm->fetchPointerofObject(v.b, vm->characterTable());
	case SOMH_WCHAR: return v.H < 256 ? vm->fetchPointerofObject(v.H, vm->characterTable()) : vm->integerObjectOf(v.H);
	case SOMH_OCTET: return vm->integerObjectOf(v.b);
	case SOMH_INT8: return vm->integerObjectOf((int8_t)v.b);
	case SOMH_SHORT: return vm->integerObjectOf(v.h);
	case SOMH_USHORT: return vm->integerObjectOf(v.H);
	case SOMH_LONG: return vm->isIntegerValue(v.i) ? vm->integerObjectOf(v.i) : vm->signed64BitIntegerFor(v.i);
	case SOMH_ULONG: case SOMH_ENUM: return vm->positive32BitIntegerFor(v.u);
	case SOMH_LONGLONG: return v.l >= INT32_MIN / 2 && v.l <= INT32_MAX / 2 ? vm->integerObjectOf((sq)v.l) : vm->signed64BitIntegerFor(v.l);
	case SOMH_ULONGLONG: return vm->positive64BitIntegerFor(v.L);
	case SOMH_FLOAT: return vm->floatObjectOf(v.f);
	case SOMH_DOUBLE: return vm->floatObjectOf(v.d);
	case SOMH_STRING: return v.s ? text(v.s) : vm->nilObject();
	case SOMH_WSTRING: return v.p ? wide_text(v.p) : vm->nilObject();
	case SOMH_OBJECT:
		if (v.o) som_retain(v.o);
		return v.o ? pointer(v.o) : vm->nilObject();
	case SOMH_POINTER: return v.p ? pointer(v.p) : vm->nilObject();
	}
	return vm->nilObject();
}

void put_leaf(sq *at, sq o) {
	sq a = vm->popRemappableOop();
	vm->stObjectatput(a, ++*at, o);
	vm->pushRemappableOop(a);
}

static sq octets(const void *p, size_t n) {
	sq o = vm->instantiateClassindexableSize(vm->classByteArray(), (sq)n);
	if (n) memcpy(vm->firstIndexableField(o), p, n);
	return o;
}

void put_leaves(sq *at, const somh_type *t, const void *p, int depth) {
	somh_sequence q;
	int32_t arm;
	switch (t->kind) {
	case SOMH_STRUCT: case SOMH_EXCEPTION:
		for (uint32_t i = 0; i < t->nmembers; i++) put_leaves(at, t->members[i].type, (const char *)p + t->members[i].offset, depth + 1);
		return;
	case SOMH_UNION:
		put_leaves(at, t->elem, p, depth + 1);
		arm = somh_arm(t, p);
		if (arm >= 0) put_leaves(at, t->members[arm].type, (const char *)p + t->members[arm].offset, depth + 1);
		return;
	case SOMH_ARRAY:
		if (t->elem->kind == SOMH_OCTET) put_leaf(at, octets(p, (size_t)t->bound));
		else for (uint64_t i = 0; i < t->bound; i++) put_leaves(at, t->elem, (const char *)p + i * t->elem->size, depth + 1);
		return;
	case SOMH_SEQUENCE:
		q = sequence_at(p);
		if (t->elem->kind == SOMH_OCTET) {
			put_leaf(at, octets(q.buffer, q.length));
			return;
		}
		put_leaf(at, vm->integerObjectOf((sq)q.length));
		for (uint32_t i = 0; i < q.length; i++) put_leaves(at, t->elem, (const char *)q.buffer + (size_t)i * t->elem->size, depth + 1);
		return;
	}
	put_leaf(at, leaf(t, p));
}
