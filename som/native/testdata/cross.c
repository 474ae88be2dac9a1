/* cross.c: the classes of cross.idl: what they answer a class in Go answers likewise, and check asks either. */
#include "cross.ih.h"

#include <malloc.h>
#include <stdio.h>

static char *joined(const char *a, const char *b) {
	size_t n = strlen(a), m = strlen(b);
	char *s = som_allocate(n + m + 1);
	memcpy(s, a, n);
	memcpy(s + n, b, m);
	return s;
}

static int32_t Porter_do_numbers(som_ref self, som_env *ev, int32_t a, double *half, int16_t *both) {
	(void)self, (void)ev;
	*half = a / 2.0;
	*both = (int16_t)-*both;
	return a + 1;
}

static char *Porter_do_texts(som_ref self, som_env *ev, const char *a, char **twice, char **grown) {
	char *was = *grown;
	(void)self, (void)ev;
	*twice = joined(a, a);
	*grown = joined(was, a);
	som_deallocate(was);
	return joined(a, "!");
}

static som_ref Porter_do_objects(som_ref self, som_env *ev, som_ref a, som_ref *same, som_ref *swap) {
	som_ref was = *swap;
	(void)self, (void)ev;
	*same = som_retain(a);
	*swap = som_retain(a);
	return was; /* its reference goes on */
}

static void Porter_do_points(som_ref self, som_env *ev, const Point *a, Point *moved, Colour *colour, Point *result) {
	(void)self, (void)ev;
	*result = *a;
	result->x++;
	*moved = *a;
	moved->both[0] = a->both[1];
	moved->both[1] = a->both[0];
	moved->on = !a->on;
	*colour = (*colour + 1) % 3;
}

static void Porter_do_crates(som_ref self, som_env *ev, const Crate *a, Names *marks, Crate *more, Crates *result) {
	(void)self, (void)ev;
	som_seq_string_copy(marks, &a->marks);
	som_seq_Crate_resize(result, 2);
	Crate_copy(&result->_buffer[0], a);
	result->_buffer[1] = *more;
	Crate_copy(more, a);
}

static void Porter_do_fail(som_ref self, som_env *ev, int32_t how) {
	Crate what = {0};
	som_ref us[1] = {self};
	if (how == 2) Lost_raise(ev);
	if (how != 1) return;
	what.label = "a crate";
	what.from = (Owners){1, 1, us};
	Broken_raise(ev, "it fell", 42, &what);
}

static int64_t Caller_do_used(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return (int64_t)mallinfo2().uordblks;
}

#define CHECK(x) \
	if (!(x) || ev->major != SOM_NO_EXCEPTION) return __LINE__
static int is(const char *a, const char *b) { return a && strcmp(a, b) == 0; }

static int32_t numbers(som_ref p, som_env *ev) {
	double half = 0;
	int16_t both = 7;
	CHECK(Porter_numbers(p, ev, 5, &half, &both) == 6);
	CHECK(half == 2.5);
	CHECK(both == -7);
	return 0;
}

static int32_t texts(som_ref p, som_env *ev) {
	char *twice = NULL, *grown = som_string_copy("x"), *r = Porter_texts(p, ev, "ab", &twice, &grown);
	CHECK(is(r, "ab!") && is(twice, "abab") && is(grown, "xab"));
	som_deallocate(r);
	som_deallocate(twice);
	som_deallocate(grown);
	return 0;
}

static int32_t objects(som_ref p, som_env *ev) {
	som_ref a = Porter_new(ev), same = NULL, swap = som_retain(p), r = Porter_objects(p, ev, a, &same, &swap);
	CHECK(r == p && same == a && swap == a);
	som_release(r);
	som_release(same);
	som_release(swap);
	som_release(a);
	same = swap = NULL;
	CHECK(Porter_objects(p, ev, NULL, &same, &swap) == NULL);
	CHECK(!same && !swap);
	return 0;
}

static int32_t points(som_ref p, som_env *ev) {
	const Point a = {1, INT64_C(-5000000000), 1, 0.5, blue, {3, -4}};
	Point moved, r;
	Colour colour = blue;
	Porter_points(p, ev, &a, &moved, &colour, &r);
	CHECK(r.tag == 1 && r.x == INT64_C(-4999999999) && r.on == 1 && r.y == 0.5 && r.colour == blue && r.both[0] == 3 && r.both[1] == -4);
	CHECK(moved.x == a.x && moved.on == 0 && moved.both[0] == -4 && moved.both[1] == 3);
	CHECK(colour == red);
	return 0;
}

/* A crate of everything; its memory is the caller's. */
static Crate filled(const char *label, som_ref owner) {
	Crate c = {0};
	c.label = som_string_copy(label);
	som_seq_string_resize(&c.marks, 2);
	c.marks._buffer[0] = som_string_copy("fragile");
	c.marks._buffer[1] = som_string_copy(label);
	som_seq_Point_resize(&c.all, 3);
	c.all._buffer[2].both[1] = 9;
	som_seq_object_resize(&c.from, 2);
	c.from._buffer[0] = som_retain(owner);
	som_seq_octet_resize(&c.raw, 4);
	c.raw._buffer[3] = 255;
	return c;
}

static int alike(const Crate *c, const char *label, som_ref owner) {
	return is(c->label, label) && c->marks._length == 2 && is(c->marks._buffer[1], label) && c->all._length == 3 && c->all._buffer[2].both[1] == 9 &&
		c->from._length == 2 && c->from._buffer[0] == owner && !c->from._buffer[1] && c->raw._length == 4 && c->raw._buffer[3] == 255;
}

static int32_t crates(som_ref p, som_env *ev) {
	Crate a = filled("a", p), more = filled("more", p), held, empty = {0};
	Names marks = {0};
	Crates r = {0};
	Porter_crates(p, ev, &a, &marks, &more, &r);
	CHECK(alike(&a, "a", p) && alike(&more, "a", p));
	CHECK(marks._length == 2 && is(marks._buffer[0], "fragile"));
	CHECK(r._length == 2 && alike(&r._buffer[0], "a", p) && alike(&r._buffer[1], "more", p));
	som_seq_Crate_clear(&r);
	som_seq_string_clear(&marks);
	Crate_clear(&more);
	a.from._buffer[0] = (som_release(p), (som_ref)NULL); /* or the object would hold itself */
	Porter_set_cargo(p, ev, &a);
	Porter_get_cargo(p, ev, &held); /* what it holds is the object's */
	CHECK(alike(&held, "a", NULL));
	Crate_clear(&a);
	Porter_set_cargo(p, ev, &empty);
	return 0;
}

static int32_t fails(som_ref p, som_env *ev) {
	Porter_fail(p, ev, 1);
	if (!Broken_raised(ev)) return __LINE__;
	const Broken *b = Broken_value(ev);
	if (!is(b->why, "it fell") || b->count != 42 || !is(b->what.label, "a crate") || b->what.from._length != 1 || b->what.from._buffer[0] != p) return __LINE__;
	som_env_clear(ev);
	Porter_fail(p, ev, 2);
	if (!Lost_raised(ev)) return __LINE__;
	som_env_clear(ev);
	return 0;
}

static int32_t Caller_do_check(som_ref self, som_env *ev, som_ref p) {
	int32_t (*const parts[])(som_ref, som_env *) = {numbers, texts, objects, points, crates, fails};
	(void)self;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		int32_t line = parts[i](p, ev);
		if (line) return line;
	}
	return 0;
}
