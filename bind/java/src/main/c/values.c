/* values.c: values in C's memory as octets, and back. What Java thinks of them is Java's: here is nothing of it. */
#include "core.h"

void write_octets(writer *w, const void *p, size_t n) {
	if (w->why) return;
	if (n > w->room - w->n) {
		size_t room = (w->n + n) * 2 + 64;
		char *more = realloc(w->p, room);
		if (!more) {
			end_writer(w, true);
			w->why = "no memory for a value";
			return;
		}
		w->p = more, w->room = room;
	}
	if (n) memcpy(w->p + w->n, p, n);
	w->n += n;
}

void end_writer(writer *w, bool refs) {
	for (size_t i = 0; refs && i < w->nrefs; i++) {
		som_ref o;
		memcpy(&o, w->p + w->refs[i], sizeof o);
		som_release(o);
	}
	free(w->p), free(w->refs);
	*w = (writer){.why = w->why};
}

static void wrong(writer *w, const char *why) {
	if (w->why) return;
	end_writer(w, true);
	w->why = why;
}

static void write_reference(writer *w, som_ref o) {
	uint64_t n = (uintptr_t)o;
	if (o && somh_ending(o)) return wrong(w, "an object comes that is in the middle of its end");
	if (o && w->nrefs == w->refs_room) {
		size_t *more = realloc(w->refs, (w->refs_room * 2 + 8) * sizeof *more);
		if (!more) return wrong(w, "no memory for a value");
		w->refs = more, w->refs_room = w->refs_room * 2 + 8;
	}
	write_octets(w, &n, sizeof n);
	if (!o || w->why) return;
	som_retain(o);
	w->refs[w->nrefs++] = w->n - sizeof n;
}

static void write_length(writer *w, size_t n) {
	int32_t is = (int32_t)n;
	if (n > SOMH_MAX_SIZE) wrong(w, "a value has more than 1 GiB (SOMH_MAX_SIZE)");
	else write_octets(w, &is, sizeof is);
}

void write_text(writer *w, const char *s) {
	int32_t none = -1;
	if (!s) return write_octets(w, &none, sizeof none);
	size_t n = strlen(s);
	write_length(w, n);
	write_octets(w, s, n);
}

static void write_wide(writer *w, const uint16_t *s) {
	int32_t none = -1;
	size_t n = 0;
	if (!s) return write_octets(w, &none, sizeof none);
	while (s[n]) n++;
	write_length(w, n);
	write_octets(w, s, n * 2);
}

/* Whether its octets are in memory as they are written. */
static bool is_plain(const somh_type *t) { return t->kind == SOMH_ENUM || t->kind == SOMH_POINTER || (t->kind >= SOMH_BOOLEAN && t->kind <= SOMH_DOUBLE); }

static void write_each(writer *w, const somh_type *elem, const char *p, uint64_t n) {
	if (is_plain(elem)) return write_octets(w, p, n * elem->size);
	for (uint64_t i = 0; i < n && !w->why; i++)
		write_value(w, elem, p + i * elem->size);
}

/* Whether values are in it that count for MAX_NESTING, as Writer counts them. */
static bool nests(const somh_type *t) {
	switch (t->kind) {
	case SOMH_STRUCT:
	case SOMH_EXCEPTION:
	case SOMH_UNION: return true;
	case SOMH_ARRAY:
	case SOMH_SEQUENCE: return t->elem->kind != SOMH_OCTET;
	}
	return false;
}

static void write_inner(writer *w, const somh_type *t, const void *p);

/* What is nested deeper is not written, so that neither this nor Reader, which follows it, runs out of stack. */
void write_value(writer *w, const somh_type *t, const void *p) {
	if (!nests(t) || w->why) return write_inner(w, t, p);
	if (++w->depth > MAX_NESTING) return wrong(w, "a value comes that is nested deeper than 128 (MAX_NESTING)");
	write_inner(w, t, p);
	w->depth--; /* what is wrong ends the writer, and this is of no use any more */
}

static void write_inner(writer *w, const somh_type *t, const void *p) {
	const char *at = p;
	const somh_sequence *q = p;
	int32_t arm;
	switch (t->kind) {
	case SOMH_VOID: return;
	case SOMH_STRING: return write_text(w, *(char *const *)p);
	case SOMH_WSTRING: return write_wide(w, *(uint16_t *const *)p);
	case SOMH_OBJECT: return write_reference(w, *(som_ref const *)p);
	case SOMH_STRUCT:
	case SOMH_EXCEPTION:
		for (uint32_t i = 0; i < t->nmembers && !w->why; i++)
			write_value(w, t->members[i].type, at + t->members[i].offset);
		return;
	case SOMH_UNION:
		write_value(w, t->elem, p);
		arm = somh_arm(t, p);
		if (arm >= 0) write_value(w, t->members[arm].type, at + t->members[arm].offset);
		return;
	case SOMH_ARRAY: return write_each(w, t->elem, p, t->bound);
	case SOMH_SEQUENCE:
		if ((uint64_t)q->length * t->elem->size > SOMH_MAX_SIZE) return wrong(w, "a sequence comes that has more than 1 GiB (SOMH_MAX_SIZE)");
		if (q->length && !q->buffer) return wrong(w, "a sequence comes that has a length and no elements");
		write_length(w, q->length);
		return write_each(w, t->elem, q->buffer, q->length);
	}
	if (is_plain(t)) write_octets(w, p, t->size);
	else wrong(w, t->why ? t->why : "a value comes of a type that has no form here");
}

jbyteArray written(JNIEnv *env, writer *w) {
	if (w->why) return fail(env, w->why);
	jbyteArray a = bytes_of(env, w->p, w->n);
	end_writer(w, !a);
	return a;
}

/* ---- What Java has written ---- */

static bool take(reader *r, void *to, size_t n) {
	if (r->why) return false;
	if ((size_t)(r->end - r->p) < n) return r->why = "a value is cut off", false;
	if (n) memcpy(to, r->p, n);
	r->p += n;
	return true;
}

static int32_t take_length(reader *r, size_t each) {
	int32_t n = 0;
	if (!take(r, &n, sizeof n) || n < 0) return -1;
	if ((uint64_t)n * each > (size_t)(r->end - r->p)) return r->why = "a value is cut off", -1;
	return n;
}

static void read_text(reader *r, char **p, size_t each) {
	int32_t n = take_length(r, each);
	if (n < 0) return;
	char *s = som_allocate(((size_t)n + 1) * each); /* zeroed */
	if (!s) {
		r->why = "no memory for a text";
		return;
	}
	take(r, s, (size_t)n * each);
	*p = s;
}

static void read_each(reader *r, const somh_type *elem, char *p, uint64_t n) {
	if (is_plain(elem)) take(r, p, n * elem->size);
	else
		for (uint64_t i = 0; i < n && !r->why; i++)
			read_value(r, elem, p + i * elem->size);
}

static void read_sequence(reader *r, const somh_type *t, somh_sequence *q) {
	int32_t n = take_length(r, 0);
	if (n <= 0) return;
	if ((uint64_t)n * t->elem->size > SOMH_MAX_SIZE) r->why = "a sequence has more than 1 GiB (SOMH_MAX_SIZE)";
	else if (!(q->buffer = som_allocate((size_t)n * t->elem->size))) r->why = "no memory for a sequence";
	else q->maximum = q->length = (uint32_t)n, read_each(r, t->elem, q->buffer, (uint64_t)n);
}

void read_value(reader *r, const somh_type *t, void *p) {
	char *at = p;
	uint64_t n;
	int32_t arm;
	switch (t->kind) {
	case SOMH_VOID: return;
	case SOMH_STRING: read_text(r, p, 1); break;
	case SOMH_WSTRING: read_text(r, p, 2); break;
	case SOMH_OBJECT: /* the cell of an object that Java holds meanwhile */
		if (take(r, &n, sizeof n) && n && !(*(som_ref *)p = retained(r->env, ADDRESS(cell, n)))) r->why = "an object has been released", r->gone = ADDRESS(cell, n);
		break;
	case SOMH_STRUCT:
	case SOMH_EXCEPTION:
		for (uint32_t i = 0; i < t->nmembers && !r->why; i++)
			read_value(r, t->members[i].type, at + t->members[i].offset);
		break;
	case SOMH_UNION:
		read_value(r, t->elem, p);
		arm = r->why ? -1 : somh_arm(t, p);
		if (arm >= 0) read_value(r, t->members[arm].type, at + t->members[arm].offset);
		if (r->why) memset(p, 0, t->size);
		break;
	case SOMH_ARRAY: read_each(r, t->elem, p, t->bound); break;
	case SOMH_SEQUENCE: read_sequence(r, t, p); break;
	default:
		if (is_plain(t)) take(r, p, t->size);
		else r->why = t->why ? t->why : "a value of a type that has no form here";
	}
	if (r->why && t->kind != SOMH_UNION) somh_end(t, p);
}
