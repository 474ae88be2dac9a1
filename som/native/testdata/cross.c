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

static void Packer_do_figures(som_ref self, som_env *ev, const Figure *a, Figure *other, Figure *both, Figure *result) {
	Figure was = *both;
	(void)self, (void)ev;
	Figure_copy(both, a);
	Figure_copy(other, a);
	*result = was;
}

static uint16_t *wide(const uint16_t *a, uint16_t c) { /* a, and c behind it */
	size_t n = 0;
	while (a[n])
		n++;
	uint16_t *s = som_allocate(2 * (n + 2));
	memcpy(s, a, 2 * n);
	s[n] = c;
	return s;
}

static uint16_t *Packer_do_words(som_ref self, som_env *ev, const uint16_t *a, uint16_t c, uint16_t **twice, uint16_t **grown, uint16_t *next) {
	uint16_t *was = *grown;
	(void)self, (void)ev;
	*twice = som_wstring_copy(a);
	*grown = wide(was, c);
	som_deallocate(was);
	*next = (uint16_t)(c + 1);
	return wide(a, c);
}

static uint16_t Packer_do_first(som_ref self, som_env *ev, const uint16_t *a) { return (void)self, (void)ev, a[0]; }
static void Packer_do_board(som_ref self, som_env *ev, const Sign *a, Sign *result) { (void)self, (void)ev, Sign_copy(result, a); }

static void Packer_do_grown(som_ref self, som_env *ev, const Tree *a, Tree *result) {
	(void)self, (void)ev;
	*result = (Tree){0};
	result->name = joined(a->name, "'");
	som_seq_Tree_resize(&result->kids, 1);
	Tree_copy(&result->kids._buffer[0], a);
}

static void Packer_do_turned(som_ref self, som_env *ev, Grid a, Row r, Grid result) {
	(void)self, (void)ev;
	memcpy(result[0], a[1], sizeof(Row));
	memcpy(result[1], r, sizeof(Row));
	memcpy(r, a[0], sizeof(Row));
}

static void Packer_do_pens(som_ref self, som_env *ev, const Pen *a, Pen *result) { (void)self, (void)ev, Pen_copy(result, a); }

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

/* ---- Packer ---- */

static int same(const uint16_t *a, const char *b) { /* of ASCII */
	while (a && *b && *a == (unsigned char)*b)
		a++, b++;
	return a && !*a && !*b;
}

static int32_t figures(som_ref p, som_env *ev) {
	const Figure a = {._d = green, ._u.corner = {.x = 7}};
	Figure other, both = {._d = blue}, r;
	both._u.name = som_string_copy("blue");
	Packer_figures(p, ev, &a, &other, &both, &r);
	CHECK(r._d == blue && is(r._u.name, "blue") && other._d == green && other._u.corner.x == 7 && both._d == green && both._u.corner.x == 7);
	Packer_figures(p, ev, &r, &other, &both, &r); /* the result may be where an argument was */
	CHECK(r._d == green && r._u.corner.x == 7 && is(both._u.name, "blue") && is(other._u.name, "blue"));
	Figure_clear(&other);
	Figure_clear(&both);
	return 0;
}

static int32_t words(som_ref p, som_env *ev) {
	static const uint16_t ab[] = {'a', 0x20ac, 0xd83d, 0xde00, 0};
	uint16_t *twice = NULL, *grown = som_wstring_copy(ab + 4), next = 0, *r = Packer_words(p, ev, ab, 'x', &twice, &grown, &next);
	CHECK(r[0] == 'a' && r[1] == 0x20ac && r[2] == 0xd83d && r[3] == 0xde00 && r[4] == 'x' && !r[5]);
	CHECK(!memcmp(twice, ab, sizeof ab) && same(grown, "x") && next == 'y');
	CHECK(Packer_first(p, ev, ab) == 'a');
	som_deallocate(r);
	som_deallocate(twice);
	som_deallocate(grown);
	Packer_set_motto(p, ev, ab);
	CHECK(!memcmp(Packer_get_motto(p, ev), ab, sizeof ab));
	return 0;
}

static int32_t board(som_ref p, som_env *ev) {
	uint16_t hello[] = {'h', 'o', 0}, *lines[] = {hello, hello + 1};
	const Sign a = {.initial = 0xfffd, .words = hello, .lines = {2, 2, lines}, .plain = 0x10000};
	Sign r;
	Packer_board(p, ev, &a, &r);
	CHECK(r.initial == 0xfffd && same(r.words, "ho") && r.lines._length == 2 && same(r.lines._buffer[1], "o") && r.plain == 0x10000);
	Sign_clear(&r);
	return 0;
}

static int32_t grown(som_ref p, som_env *ev) {
	Tree leaf = {.name = (char *)"leaf"}, r;
	const Tree a = {.name = (char *)"a", .kids = {1, 1, &leaf}};
	Packer_grown(p, ev, &a, &r);
	CHECK(is(r.name, "a'") && r.kids._length == 1 && is(r.kids._buffer[0].name, "a") && is(r.kids._buffer[0].kids._buffer[0].name, "leaf"));
	Tree_clear(&r);
	return 0;
}

static int32_t turned(som_ref p, som_env *ev) {
	Grid a = {{1, 2, 3}, {4, 5, 6}}, g;
	Row r = {7, 8, 9};
	Packer_turned(p, ev, a, r, g);
	CHECK(g[0][0] == 4 && g[0][2] == 6 && g[1][0] == 7 && g[1][2] == 9 && r[0] == 1 && r[2] == 3);
	return 0;
}

static int32_t pens(som_ref p, som_env *ev) {
	som_ref keeper = Porter_new(ev), all[] = {keeper, NULL};
	Pen a = {.keeper = keeper, .all = {2, 2, all}, .shape = {._d = red, ._u.radius = 1.5}, .guest = {._d = 1, ._u.who = keeper}}, r;
	Packer_pens(p, ev, &a, &r);
	CHECK(r.keeper == keeper && r.all._length == 2 && r.all._buffer[0] == keeper && !r.all._buffer[1] && r.shape._u.radius == 1.5 && r.guest._u.who == keeper);
	Pen_clear(&r);
	a.guest._d = 0; /* then there is nobody */
	a.keeper = NULL;
	Packer_pens(p, ev, &a, &r);
	CHECK(!r.keeper && r.guest._d == 0);
	Pen_clear(&r);
	som_release(keeper);
	return 0;
}

static int32_t Caller_do_pack(som_ref self, som_env *ev, som_ref p) {
	int32_t (*const parts[])(som_ref, som_env *) = {figures, words, board, grown, turned, pens};
	(void)self;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		int32_t line = parts[i](p, ev);
		if (line) return line;
	}
	return 0;
}

/* ---- What is lent is there for the destructors of C ---- */

static int64_t keepers;

static void count_keepers(som_ref self, void *context) {
	som_class *c = som_class_registered("Keeper", NULL);
	(void)self, (void)context;
	keepers = (int64_t)som_class_instances(c);
	som_release((som_ref)c);
}

static void Caller_do_define(som_ref self, som_env *ev, const char *name) {
	const char *parent = "Keeper";
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .fini = count_keepers};
	(void)self;
	som_class_define(&d, ev);
}

static void Caller_do_borrow(som_ref self, som_env *ev, som_ref k) { (void)self, Keeper_get_friend(k, ev); }
static int64_t Caller_do_counted(som_ref self, som_env *ev) { return (void)self, (void)ev, keepers; }

/* ---- Keeper: what its attributes hold is its own, and what gets them lends it ---- */

static int32_t Caller_do_keep(som_ref self, som_env *ev, som_ref k) {
	som_ref f = Keeper_new(ev), all[] = {f};
	const Crate c = {.label = (char *)"c", .from = {1, 1, all}}, none = {0};
	Crate held;
	(void)self;
	Keeper_set_friend(k, ev, f);
	Keeper_set_crate(k, ev, &c);
	som_release(f);
	Keeper_set_friend(k, ev, Keeper_get_friend(k, ev)); /* what it has already */
	for (int i = 0; i < 100; i++) {
		CHECK(Keeper_get_friend(k, ev) == f && Keeper_is(f));
		Keeper_get_crate(k, ev, &held);
		CHECK(held.from._length == 1 && held.from._buffer[0] == f && Keeper_is(f));
	}
	CHECK(f->refs <= 3); /* each attribute's, and what was lent last */
	Keeper_set_crate(k, ev, &none);
	CHECK(Keeper_get_friend(k, ev) == f && Keeper_is(f));
	Keeper_set_friend(k, ev, NULL);
	CHECK(!Keeper_get_friend(k, ev) && ev->major == SOM_NO_EXCEPTION);
	return 0;
}

/* ---- Misuse ---- */

static void deep(som_ref q, som_env *ev, int levels) { /* a tree whose trees lie behind one another */
	Tree trees[400] = {{NULL, {0, 0, NULL}}}, r = {0};
	for (int i = 0; i < levels; i++)
		trees[i].kids = (Trees){1, 1, &trees[i + 1]};
	Packer_grown(q, ev, trees, &r);
	if (ev->major == SOM_NO_EXCEPTION) Tree_clear(&r);
}

static void misused(som_ref self, som_env *ev, som_ref p, som_ref q, const char *how) {
	const Point at = {0};
	Point moved, r;
	Colour colour = red;
	Crate a = {0}, more = {0};
	Names marks = {0};
	Crates all = {0};
	uint8_t octet = 0;
	uint16_t half[] = {'a', 0xdc00, 0}, *text = NULL, *grown_text = NULL, next = 0;
	char *twice = NULL, *grown_one = NULL;
	Figure odd = {._d = 77}, f = {0}, g = {0};
	Pen pen = {.keeper = self};
	if (is(how, "no structure")) Porter_points(p, ev, NULL, &moved, &colour, &r);
	if (is(how, "no place for out")) Porter_points(p, ev, &at, NULL, &colour, &r);
	if (is(how, "no place for inout")) Porter_points(p, ev, &at, &moved, NULL, &r);
	if (is(how, "no place for the result")) Porter_points(p, ev, &at, &moved, &colour, NULL);
	if (is(how, "no elements")) a.marks._length = 3;
	if (is(how, "a negative length")) a.raw = (Octets){(uint32_t)-1, (uint32_t)-1, &octet};
	if (is(how, "no elements") || is(how, "a negative length")) Porter_crates(p, ev, &a, &marks, &more, &all);
	if (is(how, "no texts")) som_deallocate(Porter_texts(p, ev, NULL, &twice, &grown_one));
	if (is(how, "half a character")) som_deallocate(Packer_words(q, ev, half, 'x', &text, &grown_text, &next));
	if (is(how, "no wide text")) som_deallocate(Packer_words(q, ev, NULL, 'x', &text, &grown_text, &next));
	if (is(how, "too deep")) deep(q, ev, 300);
	if (is(how, "deep")) deep(q, ev, 100);
	if (is(how, "no such enumerator")) Packer_figures(q, ev, &odd, &f, &g, &odd);
	if (is(how, "another class")) Packer_pens(q, ev, &pen, &pen);
	som_deallocate(twice);
	som_deallocate(grown_one);
	som_deallocate(text);
	som_deallocate(grown_text);
	Figure_clear(&f);
	Figure_clear(&g);
}

static char *Caller_do_misuse(som_ref self, som_env *ev, som_ref p, som_ref q, const char *how) {
	som_env e = {0};
	(void)ev;
	misused(self, &e, p, q, how);
	char *said = joined(e.text ? e.text : "", "");
	som_env_clear(&e);
	return said;
}
