/* raise.c: the classes of raise.idl: what Raiser raises the Catcher wants to see, whatever is between. */
#include "raise.ih.h"

#include <stdio.h>

static int is(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

/* ---- Raising ---- */

enum { FULL = 1, LATER, STRANGE, EMPTY, BARE, SYSTEM, FOREIGN, KERNEL, CONSTANT, COUNTED, SOUR, HOWS };

static const uint16_t euro[] = {'a', 0x20ac, 0xd83d, 0xde00, 0};
static const Strange constant = {(char *)"for good", NULL};
static int dropped;

static void count_drop(void *value) {
	dropped++;
	som_deallocate(value);
}

static void full(som_env *ev, som_ref self) {
	char *two[] = {(char *)"one", (char *)""};
	Names names = {2, 2, two}, few = {0};
	som_ref us[] = {self, NULL, self};
	Owners all = {3, 3, us};
	Tree leaf = {.name = (char *)"leaf"}, nested = {.name = (char *)"root", .kids = {1, 1, &leaf}};
	Point at = {1, INT64_C(-5000000000), 1, 0.5, blue, {3, -4}};
	Figure shape = {._d = blue, ._u.name = (char *)"shape"};
	Grid cells = {{1, 2, 3}, {4, 5, -6}};
	Full_raise(ev, "it is full", euro, 0xfffd, &names, &at, &shape, green, self, &all, &nested, 255, 1, INT64_MIN, 1e300, cells, "", &few);
}

static void raise_it(som_ref self, som_env *ev, int64_t how) {
	switch (how) {
	case FULL: full(ev, self); break;
	case LATER: Later_raise(ev, "too late", self, 77, "the text", self); break;
	case STRANGE: Strange_raise(ev, "how odd", self); break;
	case EMPTY: Empty_raise(ev); break;
	case BARE: Bare_raise(ev); break;
	case SYSTEM: som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 7, SOM_COMPLETED_MAYBE, "no more food"); break;
	case FOREIGN: som_raise_system(ev, "IDL:acme/ODD:1.0", 9, SOM_COMPLETED_YES, NULL); break;
	case KERNEL: som_release((som_ref)som_class_named("Nowhere", ev)); break;
	case CONSTANT: som_raise_user(ev, "IDL:Strange:1.0", (void *)&constant, NULL); break;
	case COUNTED: {
		Strange *s = som_allocate(sizeof *s);
		s->why = (char *)"counted";
		som_raise_user(ev, "IDL:Strange:1.0", s, count_drop);
		break;
	}
	case SOUR: Strange_raise(ev, "sour", NULL);
	}
}

static void Raiser_do_fail(som_ref self, som_env *ev, int32_t how) { raise_it(self, ev, how); }
static int64_t Raiser_do_speak(som_ref self, som_env *ev, int64_t how) { return raise_it(self, ev, how), how; }
static char *Raiser_do_called(som_ref self, som_env *ev, const char *by, int64_t how) {
	raise_it(self, ev, how);
	return how > 0 && how < HOWS ? NULL : som_string_copy(by);
}

static void Raiser_do_shout(som_ref self, som_env *ev, int32_t how) { raise_it(self, ev, how); }
static int32_t Raiser_do_get_level(som_ref self, som_env *ev) { return raise_it(self, ev, FULL), 1; }
static void Judge_do_judge(som_ref self, som_env *ev, int32_t how) { raise_it(self, ev, how); }

static void Sour_do_somDefaultInit(som_ref self, som_env *ev) { (void)self, Strange_raise(ev, "sour", NULL); }

/* ---- Catching ---- */

static void call(som_ref r, som_env *ev, int64_t how, int32_t way) {
	if (way == 0) Raiser_fail(r, ev, (int32_t)how);
	if (way == 1) Raiser_speak(r, ev, how);
	if (way == 2) som_deallocate(Raiser_called(r, ev, "x", how));
}

#define CHECK(x) \
	if (!(x)) return __LINE__

static int32_t is_full(const som_env *ev, som_ref self) {
	const Full *f = Full_value(ev);
	CHECK(f && is(f->text, "it is full") && !memcmp(f->wide, euro, sizeof euro) && f->letter == 0xfffd);
	CHECK(f->names._length == 2 && is(f->names._buffer[0], "one") && is(f->names._buffer[1], ""));
	CHECK(f->at.x == INT64_C(-5000000000) && f->at.on == 1 && f->at.y == 0.5 && f->at.colour == blue && f->at.both[1] == -4);
	CHECK(f->shape._d == blue && is(f->shape._u.name, "shape") && f->hue == green && f->who == self);
	CHECK(f->all._length == 3 && f->all._buffer[0] == self && !f->all._buffer[1] && f->all._buffer[2] == self);
	CHECK(is(f->nested.name, "root") && f->nested.kids._length == 1 && is(f->nested.kids._buffer[0].name, "leaf"));
	CHECK(f->o == 255 && f->b == 1 && f->n == INT64_MIN && f->d == 1e300 && f->cells[1][2] == -6 && is(f->none, "") && f->few._length == 0);
	return 0;
}

static int32_t is_strange(const som_env *ev, const char *why, som_ref who) {
	const Strange *s = Strange_value(ev);
	CHECK(s && is(s->why, why) && s->who == who);
	return 0;
}

static int32_t is_right(const som_env *ev, som_ref self, int32_t how) {
	const Later *l = Later_value(ev);
	switch (how) {
	case FULL: return is_full(ev, self);
	case LATER: CHECK(l && is(l->why, "too late") && l->who == self && l->more == 77 && is(l->text, "the text") && l->last == self); break;
	case STRANGE: return is_strange(ev, "how odd", self);
	case EMPTY: CHECK(Empty_raised(ev)); break;
	case BARE: CHECK(som_raised(ev, "IDL:Bare:1.0")); break;
	case SYSTEM: CHECK(ev->major == SOM_SYSTEM_EXCEPTION && ev->minor == 7 && ev->completed == SOM_COMPLETED_MAYBE && is(ev->id, "IDL:omg.org/CORBA/NO_RESOURCES:1.0")); break;
	case FOREIGN: CHECK(ev->major == SOM_SYSTEM_EXCEPTION && is(ev->id, "IDL:acme/ODD:1.0") && ev->completed == SOM_COMPLETED_YES && ev->minor == 9); break;
	case KERNEL: CHECK(ev->code == SOM_E_UNKNOWN && is(ev->id, "IDL:omg.org/CORBA/BAD_OPERATION:1.0")); break;
	case CONSTANT: return is_strange(ev, "for good", NULL);
	case COUNTED: return is_strange(ev, "counted", NULL);
	case SOUR: return is_strange(ev, "sour", NULL);
	}
	return 0;
}

/* Whether ev is in each particular what is raised without anything between. */
static int32_t is_exact(const som_env *ev, som_ref self, int32_t how) {
	som_env direct = {0};
	raise_it(self, &direct, how);
	int same = ev->major == direct.major && ev->code == direct.code && ev->minor == direct.minor && ev->completed == direct.completed &&
		is(ev->id, direct.id) && is(ev->text, direct.text) && !ev->drop == !direct.drop && !ev->value == !direct.value;
	som_env_clear(&direct);
	CHECK(same);
	return 0;
}

static int32_t Catcher_do_caught(som_ref self, som_env *ev, som_ref r, int32_t how, int32_t way, uint8_t exact) {
	const uint32_t refs = r->refs;
	som_env e = {0};
	(void)self, (void)ev;
	call(r, &e, how, way);
	int32_t line = is_right(&e, r, how);
	if (!line && exact) line = is_exact(&e, r, how);
	dropped = 0;
	som_env_clear(&e);
	if (line) return line;
	CHECK(how != COUNTED || dropped == 1);
	CHECK(r->refs == refs);
	return 0;
}

static int32_t Catcher_do_forgotten(som_ref self, som_env *ev, som_ref r, int32_t how, int32_t way) {
	const uint32_t refs = r->refs;
	(void)self, (void)ev;
	dropped = 0;
	call(r, NULL, how, way);
	CHECK(how != COUNTED || dropped == 1);
	CHECK(r->refs == refs);
	return 0;
}

/* What an exception says; it is cleared. */
static char *told(som_env *e) {
	char s[1024];
	snprintf(s, sizeof s, "%s|%s|%s", e->id ? e->id : "none", e->text ? e->text : "",
		Full_raised(e) ? Full_value(e)->text : Strange_raised(e) ? Strange_value(e)->why : "");
	som_env_clear(e);
	return som_string_copy(s);
}

static char *Catcher_do_said(som_ref self, som_env *ev, som_ref r, int32_t how) {
	som_env e = {0};
	(void)self, (void)ev;
	Raiser_speak(r, &e, how);
	return told(&e);
}

static char *Catcher_do_made(som_ref self, som_env *ev, const char *cls) {
	som_env e = {0};
	som_class *c = som_class_named(cls, &e);
	(void)self, (void)ev;
	som_release(c ? som_new(c, &e) : NULL);
	som_release((som_ref)c);
	return told(&e);
}

static char *Catcher_do_invoked(som_ref self, som_env *ev, som_ref o, const char *method, int64_t n) {
	som_env e = {0};
	som_value arg = {.l = n}, result;
	(void)self, (void)ev;
	som_invoke(o, method, &arg, 1, &result, &e);
	return told(&e);
}

static void Catcher_do_again(som_ref self, som_env *ev, som_ref r, int32_t how, int32_t way) { (void)self, call(r, ev, how, way); }

/* ---- A subclass in C of whatever class there is ---- */

static som_class *under;
static som_classdata raiser;
static som_tok tokens[3];

static som_proc *up(int method, som_env *ev) { return som_parent_proc(under, 0, tokens[method], ev); }
static void up_fail(som_ref o, som_env *ev, int32_t how) { ((void (*)(som_ref, som_env *, int32_t))up(0, ev))(o, ev, how); }
static int64_t up_speak(som_ref o, som_env *ev, int64_t how) { return ((int64_t (*)(som_ref, som_env *, int64_t))up(1, ev))(o, ev, how); }
static char *up_called(som_ref o, som_env *ev, const char *by, int64_t how) { return ((char *(*)(som_ref, som_env *, const char *, int64_t))up(2, ev))(o, ev, by, how); }

static som_ref Catcher_do_below(som_ref self, som_env *ev, const char *cls) {
	static const char *const names[] = {"fail", "speak", "called"};
	static const som_override over[] = {{"Raiser::fail", (som_proc *)up_fail, NULL}, {"Raiser::speak", (som_proc *)up_speak, NULL}, {"Raiser::called", (som_proc *)up_called, NULL}};
	struct {
		som_classdata c;
		som_tok m[3];
	} d = {0};
	const som_binding b = {.size_of = sizeof b, .nmethods = 3, .cls = "Raiser", .methods = names};
	som_class *parent = som_class_named(cls, ev);
	(void)self;
	if (!parent || som_class_bind(&b, &d.c, ev) != SOM_OK) return NULL;
	memcpy(tokens, d.m, sizeof tokens);
	raiser = d.c;
	char name[64];
	snprintf(name, sizeof name, "Under%s", cls);
	som_class_desc desc = {.size_of = sizeof desc, .name = name, .parents = &cls, .nparents = 1, .overrides = over, .noverrides = 3, .override_size = sizeof *over};
	under = som_class_define(&desc, ev);
	som_release((som_ref)parent);
	return under ? som_new(under, ev) : NULL;
}
