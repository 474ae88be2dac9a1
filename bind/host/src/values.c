/* values.c: values in memory, as their types have them: ended and copied. */
#include "inner.h"

int64_t somh_discriminator(const somh_type *t, const void *value) {
	union { uint8_t b; int8_t B; int16_t h; uint16_t H; int32_t i; uint32_t u; int64_t l; } v;
	memcpy(&v, value, t->elem->size);
	switch (t->elem->kind) {
	case SOMH_BOOLEAN: return v.b != 0;
	case SOMH_INT8: return v.B;
	case SOMH_SHORT: return v.h;
	case SOMH_USHORT:
	case SOMH_WCHAR: return v.H;
	case SOMH_LONG: return v.i;
	case SOMH_ULONG:
	case SOMH_ENUM: return v.u;
	case SOMH_LONGLONG:
	case SOMH_ULONGLONG: return v.l;
	}
	return v.b;
}

int32_t somh_arm(const somh_type *t, const void *value) {
	int64_t d = somh_discriminator(t, value);
	for (uint32_t i = 0; i < t->nlabels; i++)
		if (t->labels[i].value == d) return (int32_t)t->labels[i].arm;
	return t->otherwise;
}

int somh_accepts(const somh_type *t, const somh_class *c) {
	if (!*t->name || !strcmp(t->name, "SOMObject") || !strcmp(t->name, "Object")) return 1;
	for (uint32_t i = 0; c && i < c->norder; i++)
		if (!strcmp(c->order[i]->name, t->name)) return 1;
	return 0;
}

static void *pointer_at(const void *p) {
	void *v;
	memcpy(&v, p, sizeof v);
	return v;
}

/* What is deeper than values may be stays: no library makes such, and a stack ends. */
static void end(const somh_type *t, char *p, int depth) {
	somh_sequence q;
	int32_t arm;
	if (!t->owns || depth > SOMH_MAX_NESTING) return;
	switch (t->kind) {
	case SOMH_STRING:
	case SOMH_WSTRING: som_deallocate(pointer_at(p)); break;
	case SOMH_OBJECT: som_release(pointer_at(p)); break;
	case SOMH_STRUCT:
	case SOMH_EXCEPTION:
		for (uint32_t i = 0; i < t->nmembers; i++)
			end(t->members[i].type, p + t->members[i].offset, depth + 1);
		break;
	case SOMH_UNION:
		arm = somh_arm(t, p);
		if (arm >= 0) end(t->members[arm].type, p + t->members[arm].offset, depth + 1);
		break;
	case SOMH_ARRAY:
		for (uint64_t i = 0; i < t->bound; i++)
			end(t->elem, p + i * t->elem->size, depth + 1);
		break;
	case SOMH_SEQUENCE:
		memcpy(&q, p, sizeof q);
		for (uint32_t i = 0; q.buffer && i < q.length; i++)
			end(t->elem, (char *)q.buffer + (size_t)i * t->elem->size, depth + 1);
		som_deallocate(q.buffer);
		break;
	}
	memset(p, 0, t->size);
}

void somh_end(const somh_type *t, void *p) {
	if (p) end(t, p, 0);
}

static void *copy_of(const void *p, size_t n) {
	void *to = som_allocate(n);
	return to ? memcpy(to, p, n) : NULL;
}

static int copy(const somh_type *t, char *to, const char *from, som_env *ev, int depth);

static int copy_each(const somh_type *elem, char *to, const char *from, uint64_t n, som_env *ev, int depth) {
	for (uint64_t i = 0; i < n; i++) {
		int code = copy(elem, to + i * elem->size, from + i * elem->size, ev, depth);
		if (code != SOM_OK) return code;
	}
	return SOM_OK;
}

static int copy_sequence(const somh_type *t, char *to, const char *from, som_env *ev, int depth) {
	somh_sequence q;
	memcpy(&q, from, sizeof q);
	if (q.length && !q.buffer) return raise_code(ev, SOM_E_TYPE, "a sequence of %u elements has none", q.length);
	if ((uint64_t)q.length * t->elem->size > SOMH_MAX_SIZE) return raise_code(ev, SOM_E_SIZE, "a sequence has more than %d octets (SOMH_MAX_SIZE)", SOMH_MAX_SIZE);
	size_t n = (size_t)q.length * t->elem->size;
	somh_sequence made = {q.length, q.length, n ? som_allocate(n) : NULL};
	if (n && !made.buffer) return raise_code(ev, SOM_E_MEMORY, "no memory for a sequence of %u elements", q.length);
	memcpy(to, &made, sizeof made); /* of which those that are not copied yet are zero */
	return copy_each(t->elem, made.buffer, q.buffer, q.length, ev, depth + 1);
}

static int copy(const somh_type *t, char *to, const char *from, som_env *ev, int depth) {
	const void *p;
	void *made;
	size_t n = 0;
	int code = SOM_OK;
	int32_t arm;
	if (!t->owns) return memcpy(to, from, t->size), SOM_OK;
	if (depth > SOMH_MAX_NESTING) return raise_code(ev, SOM_E_DEPTH, "values are nested deeper than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING);
	switch (t->kind) {
	case SOMH_STRING:
	case SOMH_WSTRING:
		if (!(p = pointer_at(from))) return SOM_OK;
		if (t->kind == SOMH_STRING) n = strlen(p) + 1;
		else while (((const uint16_t *)p)[n / 2]) n += 2;
		if (!(made = copy_of(p, t->kind == SOMH_STRING ? n : n + 2))) return raise_code(ev, SOM_E_MEMORY, "no memory for a text");
		memcpy(to, &made, sizeof made);
		return SOM_OK;
	case SOMH_OBJECT:
		made = som_retain(pointer_at(from));
		memcpy(to, &made, sizeof made);
		return SOM_OK;
	case SOMH_UNION:
		memcpy(to, from, t->elem->size);
		arm = somh_arm(t, from);
		return arm < 0 ? SOM_OK : copy(t->members[arm].type, to + t->members[arm].offset, from + t->members[arm].offset, ev, depth + 1);
	case SOMH_STRUCT:
	case SOMH_EXCEPTION:
		for (uint32_t i = 0; code == SOM_OK && i < t->nmembers; i++)
			code = copy(t->members[i].type, to + t->members[i].offset, from + t->members[i].offset, ev, depth + 1);
		return code;
	case SOMH_ARRAY: return copy_each(t->elem, to, from, t->bound, ev, depth + 1);
	case SOMH_SEQUENCE: return copy_sequence(t, to, from, ev, depth);
	}
	return raise_code(ev, SOM_E_TYPE, "a value of a type that cannot be copied: %s", t->why ? t->why : t->name);
}

int somh_copy(const somh_type *t, void *to, const void *from, som_env *ev) {
	memset(to, 0, t->size);
	int code = copy(t, to, from, ev, 0);
	if (code != SOM_OK) somh_end(t, to);
	return code;
}
