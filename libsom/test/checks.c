/* checks.c: what the vectors cannot say: descriptions that lie, life by other initializers, metaclasses that take part, the
 * checking mode, hooks, forks. Each argument is the name of a check; "ok" follows each on the output. */
#include "check.h"

#ifndef _WIN32
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#define CHECK(ok) CHECK_IN(&ev, ok)

static int32_t one(som_ref o, som_env *ev) { return (void)o, (void)ev, 1; }
static int32_t two(som_ref o, som_env *ev) { return (void)o, (void)ev, 2; }

/* What a call by offset on an instance of c runs. */
static som_proc *method(const som_class *c, const char *name) {
	som_found f = {.size_of = sizeof f};
	som_lookup(c, name, &f, NULL);
	return f.proc;
}

static som_class *simple(const char *name, const char *parent, const char *metaclass, som_env *ev) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parent ? &parent : NULL, .nparents = parent != NULL, .metaclass = metaclass};
	return som_class_define(&d, ev);
}

/* ---- Descriptions that lie ---- */

static void hostile(void) {
	som_env ev = {0};
	CHECK(simple("P", NULL, NULL, &ev) && simple("Q", "P", NULL, &ev));
	const char *none[] = {NULL}, *p[] = {"P"}, *missing[] = {"Nowhere"}, *self[] = {"X"}, *both[] = {"P", "Q"};
	static char long_name[100000];
	memset(long_name, 'n', sizeof long_name - 1);
	const som_method m = {"m", "i:", (som_proc *)one, NULL, SOM_STATIC}, bad_sig = {"m", "i;", (som_proc *)one, NULL, SOM_STATIC},
		no_letters = {"m", "/long()", (som_proc *)one, NULL, SOM_STATIC}, no_slash = {"m", "long()", (som_proc *)one, NULL, SOM_PROCEDURE},
		bad_kind = {"m", NULL, (som_proc *)one, NULL, 77}, no_name = {NULL, NULL, (som_proc *)one, NULL, SOM_STATIC},
		long_method = {long_name, NULL, (som_proc *)one, NULL, SOM_STATIC}, no_proc = {"m", NULL, NULL, NULL, SOM_PROCEDURE},
		lost = {"m", NULL, NULL, "P", SOM_STATIC};
	const som_override o = {"SOMObject::nothing", (som_proc *)one, NULL}, null_o = {"SOMObject::somGetSize", NULL, NULL}, unnamed = {NULL, (som_proc *)one, NULL},
		retired = {"SOMObject::somoPrivate1", (som_proc *)one, NULL}, other = {"SOMObject::somGetSize", (som_proc *)one, "d:s"};
	const som_select s = {"SOMObject::somGetSize", "Q"}, null_s = {NULL, NULL};
#define D(...) {.size_of = sizeof(som_class_desc), .name = "X", .method_size = sizeof m, .override_size = sizeof o, .select_size = sizeof s, __VA_ARGS__}
	const struct { int code; som_class_desc d; } table[] = {
		{SOM_E_METHOD, {.size_of = 8, .name = "X"}}, {SOM_E_METHOD, {.size_of = 0}},
		{SOM_E_NAME, {.size_of = sizeof(som_class_desc)}}, {SOM_E_NAME, {.size_of = sizeof(som_class_desc), .name = long_name}},
		{SOM_E_NAME, {.size_of = sizeof(som_class_desc), .name = "SOMDerived(A,B)"}}, {SOM_E_NAME, {.size_of = sizeof(som_class_desc), .name = "P"}},
		{SOM_E_PARENTS, D(.parents = p)}, {SOM_E_PARENTS, D(.nparents = 1)}, {SOM_E_PARENTS, D(.parents = none, .nparents = 1)},
		{SOM_E_PARENTS, D(.parents = p, .nparents = UINT32_MAX)}, {SOM_E_UNKNOWN, D(.parents = missing, .nparents = 1)},
		{SOM_E_CYCLE, D(.parents = self, .nparents = 1)}, {SOM_E_CYCLE, D(.metaclass = "X")}, {SOM_E_METACLASS, D(.metaclass = "P")},
		{SOM_E_UNKNOWN, D(.metaclass = "Nowhere")}, {SOM_E_METHOD, D(.abstract_parents = NULL, .nabstract_parents = 1)},
		{SOM_E_PARENTS, D(.abstract_parents = none, .nabstract_parents = 1)}, {SOM_E_PARENTS, D(.abstract_parents = none, .nabstract_parents = UINT32_MAX)},
		{SOM_E_METHODS, D(.introduces = &m, .nintroduces = UINT32_MAX)}, {SOM_E_METHODS, D(.overrides = &o, .noverrides = UINT32_MAX)},
		{SOM_E_METHODS, D(.selects = &s, .nselects = 1u << 31)}, {SOM_E_METHOD, D(.introduces = NULL, .nintroduces = 3)},
		{SOM_E_METHOD, {.size_of = sizeof(som_class_desc), .name = "X", .introduces = &m, .nintroduces = 1, .method_size = 3}},
		{SOM_E_METHOD, {.size_of = sizeof(som_class_desc), .name = "X", .introduces = &m, .nintroduces = 1, .method_size = UINT32_MAX}},
		{SOM_E_METHOD, D(.introduces = &bad_sig, .nintroduces = 1)}, {SOM_E_METHOD, D(.introduces = &no_letters, .nintroduces = 1)},
		{SOM_E_METHOD, D(.introduces = &no_slash, .nintroduces = 1)}, {SOM_E_METHOD, D(.introduces = &bad_kind, .nintroduces = 1)},
		{SOM_E_NAME, D(.introduces = &no_name, .nintroduces = 1)}, {SOM_E_NAME, D(.introduces = &long_method, .nintroduces = 1)},
		{SOM_E_METHOD, D(.introduces = &no_proc, .nintroduces = 1)}, {SOM_E_METHOD, D(.parents = p, .nparents = 1, .introduces = &lost, .nintroduces = 1)},
		{SOM_E_METHOD, D(.overrides = &o, .noverrides = 1)}, {SOM_E_METHOD, D(.overrides = &null_o, .noverrides = 1)},
		{SOM_E_METHOD, D(.overrides = &unnamed, .noverrides = 1)}, {SOM_E_METHOD, D(.overrides = &retired, .noverrides = 1)},
		{SOM_E_METHOD, D(.overrides = &other, .noverrides = 1)},
		{SOM_E_METHOD, D(.parents = p, .nparents = 1, .selects = &s, .nselects = 1)}, {SOM_E_METHOD, D(.selects = &null_s, .nselects = 1)},
		{SOM_E_INIT, D(.init_classes = NULL, .ninit_classes = 9)}, {SOM_E_INIT, D(.init_classes = none, .ninit_classes = 1)},
		{SOM_E_INIT, D(.init_classes = p, .ninit_classes = UINT32_MAX)}, {SOM_E_SIZE, D(.data_size = UINT64_MAX, .data_align = 8)},
		{SOM_E_SIZE, D(.data_size = 8, .data_align = 3)}, {SOM_E_SIZE, D(.data_size = 8, .data_align = 1u << 31)}, {SOM_E_SIZE, D(.data_size = 8)},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (som_class_define(&table[i].d, &ev) || (int)ev.code != table[i].code || !ev.text || !ev.id || ev.major != SOM_SYSTEM_EXCEPTION)
			fprintf(stderr, "description %d: want %s\n", (int)i, som_code_name((uint32_t)table[i].code)), CHECK(!"the error");
		CHECK(som_class_define(&table[i].d, NULL) == NULL);
		som_env_clear(&ev);
	}
	CHECK(som_class_define(NULL, &ev) == NULL && ev.code == SOM_E_METHOD);
	som_env_clear(&ev);
	struct { som_class_desc d; const char *more; } later[] = { /* descriptions of other releases: what one does not have is nothing */
		{D(.typelib = "none of it"), NULL}, {D(.typelib = "known here"), "not known here"}};
	later[0].d.size_of = offsetof(som_class_desc, typelib), later[1].d.size_of = sizeof *later;
	for (int i = 0; i < 2; i++) {
		som_class *of = som_class_define(&later[i].d, &ev);
		CHECK(of && som_class_describe(of)->typelib == (i ? later[i].d.typelib : NULL));
		som_class_unload(of, NULL);
	}
	CHECK(som_class_registered("X", NULL) == NULL);
	som_class_desc good = D(.parents = both + 1, .nparents = 1, .introduces = &m, .nintroduces = 1);
	CHECK(som_class_define(&good, &ev) != NULL); /* what was refused is in nobody's way */
	som_class *x = som_class_registered("X", &ev);
	som_found f = {.size_of = sizeof f};
	CHECK(som_lookup(x, "m", &f, &ev) == SOM_OK && f.token && f.from == x && f.owner == x);
	CHECK(som_lookup(x, NULL, &f, &ev) == SOM_E_UNKNOWN && som_lookup(x, "", &f, &ev) == SOM_E_UNKNOWN && som_lookup(x, long_name, &f, &ev) == SOM_E_UNKNOWN);
	CHECK(som_parent_proc(x, 7, f.token, &ev) == NULL && ev.code == SOM_E_PARENTS && som_parent_row(x, 7) == NULL);
	CHECK(som_class_proc(x, 1) == NULL && som_class_proc(x, INTPTR_MAX / 2) == NULL && som_class_proc(x, -8) == NULL);
	CHECK(som_class_replace(x, f.token + 1, (som_proc *)two, &ev) == NULL && ev.code == SOM_E_UNKNOWN);
	som_classdata d = {0};
	som_binding b = {.size_of = sizeof b, .cls = "X", .major = 1};
	CHECK(som_class_bind(&b, &d, &ev) == SOM_E_VERSION && !som_bound(&d) && strstr(ev.text, "X is version 0.0"));
	struct { som_classdata c; som_tok m[1]; } bound = {0};
	const char *const size[] = {"somGetSize"}, *const wrong[] = {"d:"}, *const right[] = {"i:/long()"};
	const som_base root = {"SOMObject", 1, 7}, newer = {"SOMObject", 1, 99}, strange = {"SOMClass", 0, 0};
	b = (som_binding){.size_of = sizeof b, .cls = "X", .methods = size, .nmethods = 1, .sigs = wrong};
	CHECK(som_class_bind(&b, &bound.c, &ev) == SOM_E_METHOD && !som_bound(&bound.c) && strstr(ev.text, "somGetSize has the signature i:, and a client calls it as d:"));
	b.sigs = right, b.bases = &strange, b.nbases = 1;
	CHECK(som_class_bind(&b, &bound.c, &ev) == SOM_E_PARENTS && !som_bound(&bound.c) && strstr(ev.text, "X does not descend from SOMClass"));
	b.bases = &newer;
	CHECK(som_class_bind(&b, &bound.c, &ev) == SOM_E_VERSION && !som_bound(&bound.c));
	b.size_of = offsetof(som_binding, sigs); /* as clients have it that were made before */
	CHECK(som_class_bind(&b, &bound.c, &ev) == SOM_OK && bound.m[0] != 0);
	som_class_unbind(&bound.c);
	b.size_of = sizeof b, b.bases = &root;
	CHECK(som_class_bind(&b, &bound.c, &ev) == SOM_OK);
	som_class_unbind(&bound.c);
	CHECK(som_class_named("Nowhere", &ev) == NULL && ev.code == SOM_E_UNKNOWN && som_class_named(NULL, &ev) == NULL && som_class_named(long_name, &ev) == NULL);
	CHECK(som_set_provider(99, &d) == SOM_E_UNKNOWN && som_provider(99) == NULL && som_set_provider(SOM_PROVIDER_DSOM, &d) == SOM_OK && som_provider(SOM_PROVIDER_DSOM) == &d);
	som_env_clear(&ev);
}

/* ---- Life ---- */

static char trace[256];
static void note(const char *s) { strncat(trace, s, sizeof trace - 1 - strlen(trace)); }
static void init(som_ref o, som_env *ev, void *context) { (void)o, (void)ev, note(context); }
static void fini(som_ref o, void *context) { (void)o, note("~"), note(context); }
static void failing(som_ref o, som_env *ev, void *context) {
	(void)o;
	note(context);
	som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL);
}

static som_class *living(const char *name, const char *const *parents, uint32_t n, som_initializer *i, uint64_t size, som_env *ev) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = n, .init = i, .fini = fini, .data_size = size, .data_align = 64, .context = (void *)(uintptr_t)name};
	return som_class_define(&d, ev);
}

static void making(void) {
	som_env ev = {0};
	const char *a[] = {"A"}, *bc[] = {"B", "C"};
	som_class *A = living("A", NULL, 0, init, 5, &ev), *B = living("B", a, 1, init, 7, &ev), *C = living("C", a, 1, init, 0, &ev), *D = living("D", bc, 2, init, 3, &ev);
	som_making *m = som_begin(D, &ev);
	CHECK(m && som_enter(m, D) == 1 && som_enter(m, D) == 0 && som_enter(m, som_class_class()) == 0);
	som_enter_default(m, C, &ev); /* A and C; another initializer of B does its own */
	CHECK(som_enter(m, A) == 0 && som_enter(m, B) == 1);
	note("b");
	som_leave(m, B);
	note("d");
	som_leave(m, D);
	som_ref o = som_end(m, &ev);
	CHECK(o && !strcmp(trace, "ACbd"));
	for (uint32_t i = 0; i < som_class_describe(D)->nlayout; i++)
		CHECK(((uintptr_t)o + SOM_HEAD + som_class_describe(D)->layout[i].offset) % 64 == 0);
	*trace = 0;
	som_release(o);
	CHECK(!strcmp(trace, "~D~C~B~A"));
	*trace = 0;
	m = som_begin(D, &ev); /* nobody called: all run by themselves */
	som_release(som_end(m, NULL));
	CHECK(!strcmp(trace, "ABCD~D~C~B~A"));
	*trace = 0;
	m = som_begin(D, &ev); /* D's own initializer fails, between its ancestors' and its end */
	som_enter(m, D);
	som_enter_default(m, B, &ev);
	som_raise_user(&ev, "IDL:test/No:1.0", NULL, NULL);
	CHECK(som_end(m, &ev) == NULL && !strcmp(trace, "AB~B~A") && som_class_instances(D) == 0);
	som_env_clear(&ev);
	*trace = 0;
	const char *d[] = {"D"};
	som_class *E = living("E", d, 1, failing, 0, &ev);
	CHECK(som_new(E, &ev) == NULL && !strcmp(trace, "ABCDE~D~C~B~A") && ev.major == SOM_USER_EXCEPTION && !strcmp(ev.id, "IDL:test/No:1.0"));
	som_env_clear(&ev);
	CHECK(som_new(E, NULL) == NULL && som_class_instances(E) == 0);
	CHECK(som_class_unload(E, &ev) == SOM_OK && som_class_unload(A, &ev) == SOM_E_BUSY);
	som_env_clear(&ev);
	_Alignas(64) char memory[512]; /* in memory of one's own */
	memset(memory, 1, sizeof memory);
	*trace = 0;
	som_ref placed = ((som_ref (*)(som_ref, som_env *, void *))method(som_class_class(), "somRenew"))(&D->object, &ev, memory + 48);
	CHECK((void *)placed == memory + 48 && som_class_of(placed) == D);
	som_release(placed);
	CHECK(!strcmp(trace, "ABCD~D~C~B~A") && som_class_instances(D) == 0);
	void *own = ((void *(*)(som_ref, som_env *, int32_t))method(som_class_class(), "somAllocate"))(&D->object, &ev, 512); /* in memory of the class's */
	placed = ((som_ref (*)(som_ref, som_env *, void *))method(som_class_class(), "somRenew"))(&D->object, &ev, own);
	CHECK(own && (void *)placed == own && som_class_of(placed) == D);
	som_retain(placed);
	((void (*)(som_ref, som_env *))method(D, "somFree"))(placed, &ev); /* while there is another reference */
	CHECK(refused(&ev, SOM_E_BUSY, "an object of class D has 2 references") && placed->refs == 2 && som_class_instances(D) == 1);
	som_release(placed);
	((void (*)(som_ref, som_env *))method(D, "somFree"))(placed, &ev);
	CHECK(ev.major == SOM_NO_EXCEPTION && som_class_instances(D) == 0);
	((void (*)(som_ref, som_env *, void *))method(som_class_class(), "somDeallocate"))(&D->object, &ev, own);
	CHECK(!((void *(*)(som_ref, som_env *, int32_t))method(som_class_class(), "somAllocate"))(&D->object, &ev, -1) && refused(&ev, SOM_E_MEMORY, "D"));
	for (uint8_t free_memory = 0; free_memory < 2; free_memory++) { /* and one that somDestruct ends, which frees nothing here */
		*trace = 0;
		placed = ((som_ref (*)(som_ref, som_env *, void *))method(som_class_class(), "somRenew"))(&D->object, &ev, memory + 48);
		((void (*)(som_ref, som_env *, uint8_t, void *))method(D, "somDestruct"))(placed, &ev, free_memory, NULL);
		CHECK(!strcmp(trace, "ABCD~D~C~B~A") && som_class_instances(D) == 0);
	}
	CHECK(som_class_unload(D, &ev) == SOM_OK);
}

/* An initializer with arguments of somebody who has the object already. */
static int initialised(som_ref o, som_class *c, som_class *parent, int raises, som_env *ev) {
	som_making *m = som_begin_at(o, ev);
	if (!m) return 0;
	if (som_enter(m, c)) {
		som_enter_default(m, parent, ev);
		note("d");
		CHECK_IN(ev, !som_begin_at(o, NULL));
		((void (*)(som_ref, som_env *, void *))method(c, "somDefaultInit"))(o, ev, NULL); /* which are under way */
		if (raises) som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL);
		else som_leave(m, c);
	}
	return som_end(m, ev) == o;
}

static void again(som_ref o, som_env *ev, void *context) {
	som_env own = {0};
	(void)ev, note(context);
	check_at(__FILE__, __LINE__, !som_begin_at(o, &own) && refused(&own, SOM_E_BUSY, "or being so"), "an initializer within another", &own);
}

/* Behind the destructors of all: an object's own, one's that could not be begun, and one's that begins again. */
static void behind(som_ref o, void *context) {
	note("_"), note(context);
	((uint8_t *)o)[SOM_HEAD] = 1; /* the memory is there */
}
static som_class *lasting(const char *name, const char *parent, som_initializer *i, som_env *ev) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .init = i, .fini = fini, .last = behind, .data_size = 8, .data_align = 8, .context = (void *)(uintptr_t)name};
	return som_class_define(&d, ev);
}

static void making_last(void) {
	som_env ev = {0};
	const char *l[] = {"L"}, *m[] = {"M"};
	som_class *A = living("A", NULL, 0, init, 5, &ev), *L = lasting("L", "A", init, &ev), *M = living("M", l, 1, init, 0, &ev), *N = living("N", m, 1, failing, 0, &ev), *K = lasting("K", "M", NULL, &ev);
	som_release(som_new(M, &ev));
	CHECK(!strcmp(trace, "ALM~M~L~A_L"));
	*trace = 0;
	CHECK(som_new(N, &ev) == NULL && !strcmp(trace, "ALMN~M~L~A_L") && ev.major == SOM_USER_EXCEPTION);
	som_env_clear(&ev);
	*trace = 0;
	som_release(som_new(K, &ev));
	CHECK(!strcmp(trace, "ALM~K~M~L~A_K_L"));
	*trace = 0;
	som_making *making = som_begin(M, &ev); /* by an initializer, which fails behind L's */
	som_enter(making, M);
	som_enter_default(making, L, &ev);
	som_raise_user(&ev, "IDL:test/No:1.0", NULL, NULL);
	CHECK(som_end(making, &ev) == NULL && !strcmp(trace, "AL~L~A_L"));
	som_env_clear(&ev);
	*trace = 0;
	som_ref o = som_new(M, &ev), copy = som_copy(o, &ev);
	((void (*)(som_ref, som_env *, uint8_t, void *))method(M, "somDestruct"))(o, &ev, 0, NULL);
	CHECK(!strcmp(trace, "ALM~M~L~A_L"));
	((void (*)(som_ref, som_env *, void *))method(M, "somDefaultInit"))(o, &ev, NULL);
	som_release(o), som_release(copy);
	CHECK(!strcmp(trace, "ALM~M~L~A_LALM~M~L~A_L~M~L~A_L") && ev.major == SOM_NO_EXCEPTION);
	som_class_desc older = {.size_of = offsetof(som_class_desc, last), .name = "Older", .last = behind}; /* of a release that had none */
	*trace = 0;
	som_release(som_new(som_class_define(&older, &ev), &ev));
	CHECK(!*trace);
	CHECK(som_class_unload(K, &ev) == SOM_OK && som_class_unload(N, &ev) == SOM_OK && som_class_unload(M, &ev) == SOM_OK && som_class_unload(L, &ev) == SOM_OK && som_class_unload(A, &ev) == SOM_OK);
}

static void making_at(void) {
	som_env ev = {0};
	const char *a[] = {"A"}, *d[] = {"D"};
	som_class *A = living("A", NULL, 0, init, 5, &ev), *D = living("D", a, 1, init, 3, &ev);
	_Alignas(64) char memory[256];
	for (int placed = 0; placed < 2; placed++) {
		som_ref o = placed ? ((som_ref (*)(som_ref, som_env *, void *))method(som_class_class(), "somRenewNoInit"))(&D->object, &ev, memory + 48)
			: ((som_ref (*)(som_ref, som_env *))method(som_class_class(), "somNewNoInit"))(&D->object, &ev);
		*trace = 0;
		CHECK(o && !initialised(o, D, A, 1, &ev) && ev.major == SOM_USER_EXCEPTION && !strcmp(trace, "Ad~A") && som_class_instances(D) == 1);
		som_env_clear(&ev);
		*trace = 0;
		CHECK(initialised(o, D, A, 0, &ev) && ev.major == SOM_NO_EXCEPTION && !strcmp(trace, "Ad") && o->refs == 1);
		CHECK(!initialised(o, D, A, 0, &ev) && refused(&ev, SOM_E_BUSY, "an object of class D is initialised already") && !strcmp(trace, "Ad"));
		*trace = 0;
		som_release(o);
		CHECK(!strcmp(trace, "~D~A") && som_class_instances(D) == 0);
	}
	som_ref o = som_new(D, &ev);
	*trace = 0;
	CHECK(!initialised(o, D, A, 0, &ev) && refused(&ev, SOM_E_BUSY, "class D") && !*trace);
	((void (*)(som_ref, som_env *, uint8_t, void *))method(D, "somDestruct"))(o, &ev, 0, NULL); /* its memory stays, for another beginning */
	CHECK(initialised(o, D, A, 0, &ev) && !strcmp(trace, "~D~AAd"));
	((void (*)(som_ref, som_env *, uint8_t, void *))method(D, "somDestruct"))(o, &ev, 0, NULL);
	((void (*)(som_ref, som_env *, void *))method(D, "somDefaultInit"))(o, &ev, NULL);
	CHECK(!strcmp(trace, "~D~AAd~D~AAD"));
	((void (*)(som_ref, som_env *, void *))method(D, "somDefaultInit"))(o, &ev, NULL); /* it is begun once */
	som_release(o);
	CHECK(!strcmp(trace, "~D~AAd~D~AAD~D~A") && ev.major == SOM_NO_EXCEPTION);
	CHECK(!som_begin_at(NULL, &ev) && refused(&ev, SOM_E_TYPE, "there is none") && !som_begin_at(&D->object, &ev) && refused(&ev, SOM_E_BUSY, "class SOMClass"));
	som_class *E = living("E", d, 1, again, 0, &ev);
	*trace = 0;
	som_release(som_new(E, &ev));
	CHECK(!strcmp(trace, "ADE~E~D~A") && ev.major == SOM_NO_EXCEPTION);
	CHECK(som_class_unload(E, &ev) == SOM_OK && som_class_unload(D, &ev) == SOM_OK && som_class_unload(A, &ev) == SOM_OK);
}

/* ---- Metaclasses and classes that take part ---- */

static som_tok token(som_class *c, const char *name) {
	som_found f = {.size_of = sizeof f};
	som_lookup(c, name, &f, NULL);
	return f.token;
}

static som_ref only;
static som_ref single(som_ref c, som_env *ev) {
	if (!only)
		only = ((som_ref(*)(som_ref, som_env *))som_parent_proc(som_class_registered("Single", NULL), 0, token(som_class_class(), "somNew"), ev))(c, ev);
	return som_retain(only);
}
static void ready(som_ref c, som_env *ev) {
	som_class *self = (som_class *)c;
	if (!strcmp(som_class_describe(self)->name, "Refused"))
		som_raise_user(ev, "IDL:test/Refused:1.0", NULL, NULL);
	else
		som_class_replace(self, token(self, "SOMObject::somGetSize"), (som_proc *)two, ev);
}
static int32_t dispatch(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to) {
	(void)o, (void)ev, (void)args, (void)n;
	to->l = 0;
	to->i = (int32_t)strlen(method);
	return SOM_OK;
}
static int begun, ended;
static void begin(som_ref o, som_env *ev, void *control) {
	begun++;
	((void (*)(som_ref, som_env *, void *))som_class_proc(som_object_class(), token(som_object_class(), "somDefaultInit")))(o, ev, control);
}
static void end(som_ref o, som_env *ev, uint8_t release_memory, void *control) {
	ended++;
	((void (*)(som_ref, som_env *, uint8_t, void *))som_class_proc(som_object_class(), token(som_object_class(), "somDestruct")))(o, ev, release_memory, control);
}
static void old_init(som_ref o, som_env *ev) { (void)o, (void)ev, begun += 10; }

/* What a library learns of its class before a metaclass can make an instance, which is in somClassReady. */
static struct { som_classdata c; som_tok m[1]; } learnt;
static void known(som_ref c, som_env *ev, void *context) {
	static const char *const names[] = {"somGetSize"};
	som_class *self = (som_class *)c;
	const som_binding b = {.size_of = sizeof b, .cls = som_class_describe(self)->name, .methods = names, .nmethods = 1};
	memset(&learnt, 0, sizeof learnt);
	if (som_class_bind(&b, &learnt.c, ev) == SOM_OK) som_release(c);
	CHECK_IN(ev, context == &learnt && learnt.c.cls == self && som_class_registered(b.cls, ev) == self && som_parent_row(self, 0));
	som_release(c);
	if (!strcmp(b.cls, "Unwanted")) som_raise_user(ev, "IDL:Unwanted:1.0", NULL, NULL);
}

static som_ref early; /* made while its class was being defined */
static void make_one(som_ref c, som_env *ev) { early = learnt.c.cls == (som_class *)c ? som_new((som_class *)c, ev) : NULL; }
static void fill(som_ref o, som_env *ev, void *context) { (void)ev, (void)context, *(uint64_t *)som_data(o, learnt.c.data) = 4711; }

static void known_early(void) {
	som_env ev = {0};
	const char *meta[] = {"SOMClass"};
	const som_override news[] = {{"somClassReady", (som_proc *)make_one, NULL}};
	som_class_desc d = {.size_of = sizeof d, .name = "Maker", .parents = meta, .nparents = 1, .overrides = news, .noverrides = 1, .override_size = sizeof *news};
	CHECK(som_class_define(&d, &ev) != NULL);
	som_class_desc of = {.size_of = sizeof of, .name = "Made", .metaclass = "Maker", .data_size = 8, .data_align = 8, .init = fill, .context = &learnt, .known = known};
	som_class *c = som_class_define(&of, &ev);
	CHECK(c && early && som_class_of(early) == c && *(uint64_t *)som_data(early, learnt.c.data) == 4711);
	CHECK(som_class_define(&of, &ev) == NULL && ev.code == SOM_E_NAME && learnt.c.cls == c); /* known is not asked of what is refused */
	som_release(early);
	CHECK(som_class_unload(c, &ev) == SOM_OK);
	early = NULL;
	of.name = "Unwanted";
	CHECK(som_class_define(&of, &ev) == NULL && ev.major == SOM_USER_EXCEPTION && !early && !som_class_registered("Unwanted", NULL));
	of.size_of = offsetof(som_class_desc, known); /* of a release that had none */
	CHECK(som_class_define(&of, &ev) != NULL);
	som_env_clear(&ev);
}

static void taking_part(void) {
	som_env ev = {0};
	known_early();
	const char *meta[] = {"SOMClass"};
	const som_override news[] = {{"somNew", (som_proc *)single, NULL}, {"somClassReady", (som_proc *)ready, NULL}};
	som_class_desc d = {.size_of = sizeof d, .name = "Single", .parents = meta, .nparents = 1, .overrides = news, .noverrides = 2, .override_size = sizeof *news, .data_size = 8, .data_align = 8};
	CHECK(som_class_define(&d, &ev) != NULL);
	som_class *c = simple("One", NULL, "Single", &ev), *sub = simple("Sub", "One", NULL, &ev);
	CHECK(c && sub && som_class_of(&sub->object) == som_class_of(&c->object));
	som_ref a = som_new(c, &ev), b = som_new(c, &ev);
	CHECK(a && a == b && a->refs == 3);
	som_value v;
	CHECK(((int32_t (*)(som_ref, som_env *))method(c, "somGetSize"))(a, &ev) == 2); /* replaced when the class was ready */
	CHECK(simple("Refused", NULL, "Single", &ev) == NULL && ev.major == SOM_USER_EXCEPTION && som_class_registered("Refused", NULL) == NULL);
	som_env_clear(&ev);
	CHECK(som_create((som_class *)som_class_of(&c->object), &ev) == NULL && ev.code == SOM_E_METACLASS);
	const som_override own[] = {{"somDispatch", (som_proc *)dispatch, NULL}, {"somDefaultInit", (som_proc *)begin, NULL}, {"somDestruct", (som_proc *)end, NULL}, {"somInit", (som_proc *)old_init, NULL}};
	som_class_desc w = {.size_of = sizeof w, .name = "Wild", .overrides = own, .noverrides = 4, .override_size = sizeof *own};
	som_ref o = som_new(som_class_define(&w, &ev), &ev);
	CHECK(o && begun == 11 && som_invoke(o, "anything", NULL, 0, &v, &ev) == SOM_OK && v.i == 8);
	som_release(o);
	CHECK(ended == 1 && som_class_instances(som_class_registered("Wild", &ev)) == 0);
}

/* ---- Class libraries: hooks, groups ---- */

static int group_entry(uint32_t abi, som_env *ev) {
	som_class *a = abi == SOM_ABI ? simple("Group::A", NULL, NULL, ev) : NULL, *b = a ? simple("Group::B", "Group::A", NULL, ev) : NULL;
	som_release((som_ref)a);
	som_release((som_ref)b);
	return b ? SOM_OK : (int)ev->code;
}

static int opened, closed;
static void *on_load(const char *file, char *why, size_t n) {
	opened++;
	if (!strcmp(file, "good")) return &opened;
	snprintf(why, n, "the hook does not like it");
	return NULL;
}
static som_proc *on_symbol(void *handle, const char *name) { return handle == &opened && !strcmp(name, SOM_LIBRARY_ENTRY) ? (som_proc *)group_entry : NULL; }
static void on_unload(void *handle) { closed += handle == &opened; }

static void libraries(void) {
	som_env ev = {0};
	const som_hooks hooks = {.size_of = sizeof hooks, .load = on_load, .symbol = on_symbol, .unload = on_unload};
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	CHECK(som_library_load("bad", &ev) == SOM_E_LIBRARY && refused(&ev, SOM_E_LIBRARY, "bad cannot be loaded: the hook does not like it") && opened == 1);
	CHECK(som_library_load("good", &ev) == SOM_OK && som_library_load("good", &ev) == SOM_OK && opened == 2);
	/* All classes of a library go together, or none. */
	som_class *a = som_class_registered("Group::A", &ev);
	som_ref o = som_new(som_class_registered("Group::B", &ev), &ev);
	CHECK(a && o && !strcmp(som_class_describe(a)->library, "good"));
	som_release(&som_class_of(o)->object);
	CHECK(som_class_unload(a, &ev) == SOM_E_BUSY && refused(&ev, SOM_E_BUSY, "of Group::B 1 instances"));
	som_release(o);
	som_class *sub = simple("Sub", "Group::B", NULL, &ev);
	CHECK(som_class_unload(a, &ev) == SOM_E_BUSY && refused(&ev, SOM_E_BUSY, "of Group::B 0 instances, 1 subclasses"));
	((void (*)(som_ref, som_env *, som_ref, som_ref))method(som_class_manager_class(), "somJoinAffinityGroup"))(som_class_manager(), &ev, &sub->object, &a->object);
	CHECK(som_class_unload(a, &ev) == SOM_E_BUSY && refused(&ev, SOM_E_BUSY, "of Sub 0 instances, 0 subclasses and 1 references"));
	som_release(&sub->object);
	CHECK(closed == 0 && som_class_unload(a, &ev) == SOM_OK && closed == 1);
	CHECK(!som_class_registered("Group::A", NULL) && !som_class_registered("Group::B", NULL) && !som_class_registered("Sub", NULL));
	CHECK(som_library_load("good", &ev) == SOM_OK && opened == 3); /* and it comes again */
	CHECK(som_library_add("", group_entry, &ev) == SOM_E_LIBRARY && som_library_add("x", NULL, &ev) == SOM_E_LIBRARY && som_library_load(NULL, &ev) == SOM_E_LIBRARY);
	som_env_clear(&ev);
}

/* ---- What the class manager has been asked for since SOM 1 ---- */

static void ask(const char *name, const void *what, som_env *ev) {
	((void (*)(som_ref, som_env *, const void *))method(som_class_manager_class(), name))(som_class_manager(), ev, what);
}

static int32_t forty_two(som_ref o, som_env *ev) { return (void)o, (void)ev, 42; }
static void noted(uint32_t code, const char *text) { (void)code, (void)text; }

static void manager(void) {
	som_env ev = {0};
	const som_hooks quiet = {.size_of = sizeof quiet, .error = noted};
	CHECK(som_set_hooks(&quiet, &ev) == SOM_OK);
	/* Registering what is registered does nothing; handing on to a manager neither, since there is one registry. */
	som_class *c = simple("Plain", NULL, NULL, &ev);
	ask("somRegisterClass", c, &ev);
	ask("somMergeInto", som_class_manager(), &ev);
	CHECK(ev.major == SOM_NO_EXCEPTION && som_class_describe(c) && c->object.refs == 1);
	ask("somMergeInto", c, &ev);
	CHECK(refused(&ev, SOM_E_TYPE, "SOMClassMgr"));
	ask("somRegisterClass", som_class_manager(), &ev);
	CHECK(refused(&ev, SOM_E_TYPE, "a class is asked for"));
	/* An override of a class that is there. */
	som_ref o = som_new(c, &ev);
	((void (*)(som_ref, som_env *, const char *, som_proc *))method(som_class_class(), "somOverrideSMethod"))(&c->object, &ev, "somGetSize", (som_proc *)forty_two);
	CHECK(ev.major == SOM_NO_EXCEPTION && ((int32_t (*)(som_ref, som_env *))method(c, "somGetSize"))(o, &ev) == 42);
	((void (*)(som_ref, som_env *, const char *, som_proc *))method(som_class_class(), "somOverrideSMethod"))(&c->object, &ev, "none", (som_proc *)forty_two);
	CHECK(refused(&ev, SOM_E_UNKNOWN, "class Plain has no method none"));
	som_release(o);
	/* What is made within the brackets of this thread stays for good. */
	ask("somEndPersistentClasses", NULL, &ev);
	CHECK(refused(&ev, SOM_E_BUSY, "somBeginPersistentClasses was not called"));
	ask("somBeginPersistentClasses", NULL, &ev);
	som_class *stays = simple("Stays", NULL, NULL, &ev);
	ask("somEndPersistentClasses", NULL, &ev);
	CHECK(ev.major == SOM_NO_EXCEPTION && som_class_unload(stays, &ev) == SOM_E_BUSY && som_class_registered("Stays", NULL) == stays);
	som_env_clear(&ev);
	CHECK(som_class_unload(c, &ev) == SOM_OK);
	/* A library that is linked in, and is so no more. */
	const char *name = "linked in";
	CHECK(som_library_add(name, group_entry, &ev) == SOM_OK);
	c = som_class_registered("Group::A", &ev);
	CHECK(c != NULL);
	ask("somUnregisterClassLibrary", name, &ev);
	CHECK(refused(&ev, SOM_E_BUSY, "of Group::A 0 instances, 1 subclasses and 1 references live"));
	som_release(&c->object);
	ask("somUnregisterClassLibrary", name, &ev);
	CHECK(ev.major == SOM_NO_EXCEPTION);
	ask("somUnregisterClassLibrary", name, &ev);
	CHECK(refused(&ev, SOM_E_UNKNOWN, "no class library linked in"));
	ask("somUnregisterClassLibrary", NULL, &ev);
	CHECK(refused(&ev, SOM_E_UNKNOWN, "no class library (none)"));
	CHECK(!som_class_registered("Group::A", NULL) && som_library_add(name, group_entry, &ev) == SOM_OK && (c = som_class_registered("Group::A", NULL)));
}

/* ---- The checking mode, hooks ---- */

static uint32_t complained;
static void on_error(uint32_t code, const char *text) { complained = *text ? code : 0; }
static char said[512];
static void on_output(const char *text, size_t n) { strncat(said, text, n); }
static int64_t taken;
static void *allocate(size_t n) { return __atomic_add_fetch(&taken, 1, __ATOMIC_RELAXED), malloc(n); }
static void deallocate(void *p) { __atomic_sub_fetch(&taken, 1, __ATOMIC_RELAXED), free(p); }

static void freed(void) {
	som_env ev = {0};
	som_hooks hooks = {.size_of = sizeof hooks, .error = on_error, .output = on_output, .allocate = allocate, .deallocate = deallocate};
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	som_class *A = living("A", NULL, 0, NULL, 24, &ev);
	CHECK(som_set_hooks(&hooks, &ev) == SOM_E_BUSY);
	som_env_clear(&ev);
	struct { som_classdata c; som_tok m[1]; } d = {0};
	const char *only_method[] = {"somGetSize"};
	som_binding b = {.size_of = sizeof b, .cls = "A", .methods = only_method, .nmethods = 1};
	CHECK(som_class_bind(&b, &d.c, &ev) == SOM_OK);
	som_ref o = som_new(A, &ev), copy = som_copy(o, &ev);
	som_value v;
	CHECK(((som_ref (*)(som_ref, som_env *))method(A, "somPrintSelf"))(o, &ev) == o && strstr(said, "instance of class A"));
	som_set_checking(1);
	som_class *B = living("B", NULL, 0, NULL, 8, &ev);
	som_release(o);
	CHECK(((int32_t(*)(som_ref, som_env *))som_resolve(o, d.m[0]))(o, &ev) == 0 && ev.code == SOM_E_FREED && ev.text);
	CHECK(((int32_t(*)(som_ref, som_env *))som_resolve(o, d.m[0]))(o, NULL) == 0 && complained == SOM_E_FREED);
	CHECK(!som_isa(o, &d.c) && !som_is_a(o, A) && som_data(o, d.c.data) != NULL);
	CHECK(som_invoke(o, "somGetSize", NULL, 0, &v, &ev) == SOM_E_FREED && som_cast(o, A, &ev) == SOM_E_FREED && som_copy(o, &ev) == NULL && som_assign(copy, o, &ev) == SOM_E_FREED);
	CHECK(som_find(o, som_name_of("somGetSize", &ev), &ev) == NULL && ev.code == SOM_E_FREED && som_weak_new(o, &ev) == NULL && ev.code == SOM_E_FREED);
	complained = 0, som_release(o), CHECK(complained == SOM_E_FREED);
	complained = 0, som_retain(o), CHECK(complained == SOM_E_FREED);
	complained = 0, som_uncast(o), CHECK(complained == SOM_E_FREED);
	for (int i = 0; i < 6000; i++)
		som_release(som_new(B, &ev));
	int64_t before = taken;
	som_env_clear(&ev);
	for (int i = 0; i < 6000; i++)
		som_release(som_new(B, &ev)); /* what is kept has a bound */
	CHECK(taken == before);
	som_set_checking(0);
	som_release(copy);
	CHECK(taken == before - 1);
}

static void memory(void) { /* what a class took, it gives back */
	som_env ev = {0};
	som_hooks hooks = {.size_of = sizeof hooks, .allocate = allocate, .deallocate = deallocate};
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	const som_method own[] = {{"m", "i:", (som_proc *)one, NULL, SOM_STATIC}, {"p", "i:ii", (som_proc *)one, NULL, SOM_PROCEDURE}};
	int64_t before = 0;
	for (int i = 0; i < 4; i++) {
		som_class_desc d = {.size_of = sizeof d, .name = "T", .introduces = own, .nintroduces = 2, .method_size = sizeof *own, .data_size = 100, .data_align = 32};
		som_class *c = som_class_define(&d, &ev);
		som_ref o = som_new(c, &ev);
		som_class_replace(c, token(c, "SOMObject::somGetSize"), (som_proc *)two, &ev);
		CHECK(som_class_add(c, "d", "i:", (som_proc *)one, &ev) == SOM_OK && som_cast(o, som_object_class(), &ev) == SOM_OK);
		CHECK(som_find(o, som_name_of("m", &ev), &ev) == (som_proc *)one && som_find(o, som_name_of("d", &ev), &ev) == (som_proc *)one);
		som_class *m1 = simple("M1", "SOMClass", NULL, &ev), *m2 = simple("M2", "SOMClass", NULL, &ev), *x = simple("X", NULL, "M1", &ev);
		const char *xs[] = {"X"};
		som_class_desc y = {.size_of = sizeof y, .name = "Y", .parents = xs, .nparents = 1, .metaclass = "M2"};
		som_class *c2 = som_class_define(&y, &ev);
		CHECK(c2 && som_class_registered("SOMDerived(M2,M1)", &ev));
		som_release(&som_class_of(&c2->object)->object);
		som_release(o);
		CHECK(som_class_unload(c2, &ev) == SOM_OK && som_class_registered("SOMDerived(M2,M1)", NULL) == NULL);
		CHECK(som_class_unload(x, &ev) == SOM_OK && som_class_unload(m1, &ev) == SOM_OK && som_class_unload(m2, &ev) == SOM_OK && som_class_unload(c, &ev) == SOM_OK);
		if (i == 1)
			before = taken;
	}
	CHECK(taken == before); /* names and signatures are made once */
}

/* ---- Signatures ---- */

static double mixed(som_ref o, som_env *ev, uint8_t b, int16_t h, uint16_t H, int32_t i, uint32_t I, int64_t l, uint64_t L, float f, double d, const char *s, void *p) {
	return (void)o, (void)ev, b + h + H + i + I + (double)l + (double)L + f + d + (double)strlen(s) + *(int *)p;
}
static int16_t narrow(som_ref o, som_env *ev, int32_t i) { return (void)o, (void)ev, (int16_t)i; }
static float real(som_ref o, som_env *ev, float f) { return (void)o, (void)ev, f / 2; }
static void handler(void *context, som_ref o, som_env *ev, const som_value *args, som_value *to) {
	(void)ev;
	to->h = (int16_t)(args[0].b + args[1].h + args[2].l + (int64_t)args[3].d + (int64_t)args[4].f + *(int *)context + (int)(o != NULL));
}

static void signatures(void) {
	som_env ev = {0};
	int seven = 7;
	som_value v, in = {.i = -5}, half = {.f = 5}, all[] = {{.b = 1}, {.h = -2}, {.H = 3}, {.i = -4}, {.u = 5}, {.l = -6}, {.L = 7}, {.f = 0.5f}, {.d = 0.25}, {.s = "text"}, {.p = &seven}};
	static const char *const malformed[] = {"", "i", "i:v", ":i", "x:i", "ii:", "i:q", "i: i", "/", "/procedure noself noenv long(long)"};
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
		CHECK(som_apply((som_proc *)narrow, malformed[i], NULL, &in, &v, &ev) == SOM_E_METHOD && som_closure(malformed[i], handler, NULL, &ev) == NULL);
	som_env_clear(&ev);
	static char longest[65537] = "v:/void()"; /* of 65,535 octets, and of one more */
	memset(longest + 9, '!', 65535 - 9);
	som_method far[] = {{.name = "far", .sig = longest, .proc = (som_proc *)narrow}};
	som_class_desc d = {.size_of = sizeof d, .name = "Far", .introduces = far, .nintroduces = 1, .method_size = sizeof *far};
	som_class *c = som_class_define(&d, &ev);
	som_found f = {.size_of = sizeof f};
	CHECK(c && som_lookup(c, "far", &f, &ev) == SOM_OK && f.sig && strlen(f.sig) == 65535);
	longest[65535] = '!';
	d.name = "Farther";
	CHECK(som_class_define(&d, &ev) == NULL && refused(&ev, SOM_E_NAME, "a text of at most 65535 octets"));
	som_proc *p = som_closure("h:bhldf", handler, &seven, &ev);
	if (!p) { /* built without libffi: it says so */
		CHECK(refused(&ev, SOM_E_LIBRARY, "built with libffi"));
		CHECK(som_apply((som_proc *)mixed, "d:bhHiIlLfdsp", NULL, all, &v, &ev) == SOM_E_LIBRARY && refused(&ev, SOM_E_LIBRARY, "built with libffi"));
		return;
	}
	CHECK(som_apply((som_proc *)narrow, "h:i", NULL, &in, &v, &ev) == SOM_OK && v.h == -5 && som_apply((som_proc *)real, "f:f", NULL, &half, &v, &ev) == SOM_OK && v.f == 2.5f);
	CHECK(som_apply((som_proc *)mixed, "d:bhHiIlLfdsp", NULL, all, &v, &ev) == SOM_OK && v.d == 1 - 2 + 3 - 4 + 5 - 6 + 7 + 0.5 + 0.25 + 4 + 7);
	CHECK(((int16_t(*)(som_ref, som_env *, uint8_t, int16_t, int64_t, double, float))p)(NULL, &ev, 200, -300, -1000, 10.0, 20.0f) == 200 - 300 - 1000 + 10 + 20 + 7);
	som_closure_free(p);
	som_closure_free((som_proc *)narrow); /* none of ours */
	som_ref o = som_new(simple("S", NULL, NULL, &ev), &ev);
	CHECK(som_invoke(o, "somDumpSelf", NULL, 0, &v, &ev) == SOM_E_TYPE && som_invoke(o, NULL, NULL, 0, &v, &ev) == SOM_E_UNKNOWN && som_invoke(o, "nothing", NULL, 0, &v, &ev) == SOM_E_UNKNOWN);
	som_env_clear(&ev);
	som_release(o);
}

/* ---- The root classes, and how many classes there can be ---- */

static void roots(void) {
	som_class *const all[] = {som_object_class(), som_class_class(), som_class_manager_class()};
	for (int c = 0; c < 3; c++) {
		const som_class_info *i = som_class_describe(all[c]);
		printf("%s\t%u.%u\t", i->name, i->major, i->minor);
		for (uint32_t m = 0; m < i->nintroduces; m++)
			printf("%s%s", m ? "," : "", i->introduces[m].name);
		printf("\n");
	}
	som_env ev = {0};
	som_value v, args[] = {{.s = "SOMObject"}, {.i = 1}, {.i = 2}}, n = {.s = "somGetSize"};
	if (som_invoke(som_class_manager(), "somFindClass", args, 3, &v, &ev) == SOM_E_LIBRARY) return; /* built without libffi */
	CHECK(ev.major == SOM_NO_EXCEPTION && v.o == &som_object_class()->object);
	static const char *const unfit[] = {"somInitMIClass", "somAddStaticMethod", "somOverrideMtab", "somSetClassData", "somGetClassData", "somGetMarshalPlan",
		"somGetApplyStub", "somGetRdStub", "somClassOfNewClassWithParents", "somGetMethodIndex", "somGetNthMethodInfo", "somGetNthMethodData",
		"somGetPClsMtab", "somGetMemberToken", "somJoin", "somEndow"};
	for (unsigned i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
		char says[64];
		snprintf(says, sizeof says, "SOMClass::%s: ", unfit[i]);
		((void (*)(som_ref, som_env *))method(som_class_class(), unfit[i]))(&all[0]->object, &ev);
		CHECK(refused(&ev, SOM_E_ABSTRACT, says));
	}
	((void (*)(som_ref, som_env *, som_ref))method(som_class_manager_class(), "somImportObject"))(som_class_manager(), &ev, NULL);
	CHECK(refused(&ev, SOM_E_ABSTRACT, "SOMClassMgr::somImportObject: "));
	ev = (som_env){0};
	CHECK(som_invoke(&all[0]->object, "somGetMethodDescriptor", &n, 1, &v, &ev) == SOM_OK && !strcmp(v.s, "i:"));
	CHECK(som_invoke(&all[0]->object, "somSupportsMethod", &n, 1, &v, &ev) == SOM_OK && v.b == 1);
	CHECK(som_invoke(&all[0]->object, "somGetNumMethods", NULL, 0, &v, &ev) == SOM_OK && v.i == 40);
	args[0].s = "SOMClass";
	CHECK(som_invoke(som_class_manager(), "somFindClass", args, 3, &v, &ev) == SOM_OK && v.o == &som_class_class()->object);
	args[1].i = 2; /* another major version */
	CHECK(som_invoke(som_class_manager(), "somFindClass", args, 3, &v, &ev) == SOM_OK && !v.o && refused(&ev, SOM_E_VERSION, "SOMClass is version 1.6"));
}

static void many(void) {
	som_env ev = {0};
	char name[16];
	int n = 3;
	for (;; n++) {
		snprintf(name, sizeof name, "C%d", n);
		if (!simple(name, NULL, NULL, &ev))
			break;
	}
	CHECK(n == 65535 && ev.code == SOM_E_CLASSES && strstr(ev.text, "65535"));
	som_env_clear(&ev);
}

/* ---- Forks ---- */

#ifndef _WIN32
static int stop;
static void *busy(void *arg) {
	som_env ev = {0};
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		som_class *c = simple("Busy", NULL, NULL, &ev);
		som_ref o = som_new(c, &ev);
		som_weak *w = som_weak_new(o, &ev);
		som_release(o);
		som_weak_free(w);
		CHECK(som_class_unload(c, &ev) == SOM_OK);
	}
	return NULL;
}

static void forks(void) {
	som_env ev = {0};
	pthread_t t;
	som_ref o = som_new(simple("Before", NULL, NULL, &ev), &ev);
	CHECK(pthread_create(&t, NULL, busy, NULL) == 0);
	for (int i = 0; i < 30; i++) {
		pid_t child = fork();
		CHECK(child >= 0);
		if (child == 0) {
			som_ref p = som_new(simple("Child", "Before", NULL, &ev), &ev);
			som_weak *w = som_weak_new(o, &ev);
			CHECK(p && w && som_is_a(p, som_class_of(o)));
			_exit(0);
		}
		int status;
		CHECK(waitpid(child, &status, 0) == child && status == 0);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
}
#endif

int main(int argc, char **argv) {
	static const struct { const char *name; void (*run)(void); } all[] = {{"hostile", hostile}, {"making", making}, {"making-at", making_at}, {"making-last", making_last}, {"taking-part", taking_part},
		{"freed", freed}, {"memory", memory}, {"signatures", signatures}, {"roots", roots}, {"many", many}, {"libraries", libraries}, {"manager", manager},
#ifndef _WIN32
		{"forks", forks},
#endif
	};
	for (int i = 1; i < argc; i++)
		for (size_t c = 0; c < sizeof all / sizeof *all; c++)
			if (!strcmp(argv[i], all[c].name)) {
				all[c].run();
				puts("ok");
				return 0;
			}
	return 2;
}
