/* older.c: somInit and somUninit among initializers and destructors. A class notes its letter: K is K's initializer, ~K its destructor, k its
 * somInit, ~k its somUninit. Both of these make parent calls, as IBM's templates do. Each argument is the name of a check; "ok" follows
 * each on the output. */
#include "check.h"

#define CHECK(ok) CHECK_IN(&ev, ok)

static char trace[256];
static void note(const char *prefix, char c) { snprintf(trace + strlen(trace), sizeof trace - strlen(trace), "%s%c", prefix, c); }

static int is(const char *wanted) {
	int same = !strcmp(trace, wanted);
	if (!same) fprintf(stderr, "it went %s, and should have gone %s\n", trace, wanted);
	*trace = 0;
	return same;
}

static char raises; /* the class, or its somInit or somUninit, that raises */
static void may_raise(som_env *ev, char c) { if (c == raises) som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL); }
static void init(som_ref o, som_env *ev, void *class) { (void)o, note("", *(char *)class), may_raise(ev, *(char *)class); }
static void fini(som_ref o, void *class) { (void)o, note("~", *(char *)class); }
static void copy(som_ref o, som_ref from, som_env *ev, void *class) { (void)o, (void)from, (void)ev, note("+", *(char *)class); }

static som_tok token(const char *method) {
	som_found f = {.size_of = sizeof f};
	som_lookup(som_object_class(), method, &f, NULL);
	return f.token;
}

typedef void older(som_ref, som_env *);
static void parents(const char *class, const char *method, som_ref o, som_env *ev) {
	som_class *c = som_class_registered(class, NULL);
	for (uint32_t n = 0; n < som_class_describe(c)->nparents; n++)
		((older *)som_parent_proc(c, n, token(method), NULL))(o, ev);
	som_release(&c->object);
}
#define OLDER(letter, name) \
	static void init_##name(som_ref o, som_env *ev) { parents(#name, "somInit", o, ev), note("", letter), may_raise(ev, letter); } \
	static void fini_##name(som_ref o, som_env *ev) { note("~", letter), parents(#name, "somUninit", o, ev), may_raise(ev, letter); }
OLDER('k', K) OLDER('m', M) OLDER('n', N)
static void init_Q(som_ref o, som_env *ev) { note("", 'q'), may_raise(ev, 'q'), parents("Q", "somInit", o, ev); } /* first raises, and then makes its parent call */
static const som_override of_k[] = {{"somInit", (som_proc *)init_K, NULL}, {"somUninit", (som_proc *)fini_K, NULL}},
	of_m[] = {{"somInit", (som_proc *)init_M, NULL}, {"somUninit", (som_proc *)fini_M, NULL}},
	of_q[] = {{"somInit", (som_proc *)init_Q, NULL}, {"somUninit", (som_proc *)fini_N, NULL}},
	of_n[] = {{"somInit", (som_proc *)init_N, NULL}, {"somUninit", (som_proc *)fini_N, NULL}};

/* By the name's letters: a class that is plain, one with initializer, destructor and copying, and one with these. */
static som_class *class(const char *name, const char *parent, const som_override *o, int lives, som_env *ev) {
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .overrides = o, .noverrides = o ? 2 : 0,
		.override_size = sizeof *o, .init = lives ? init : NULL, .fini = lives ? fini : NULL, .copy = lives ? copy : NULL,
		.data_size = 8, .data_align = 8, .context = (void *)(uintptr_t)name};
	return som_class_define(&d, ev);
}

static void call(som_ref o, const char *method, som_env *ev) { ((older *)som_resolve(o, token(method)))(o, ev); }

/* By an initializer of the class's own with arguments, which may raise when its work is done, or before. */
static som_ref made(som_class *c, som_class *parent, char letter, char fails, som_env *ev) {
	som_making *m = som_begin(c, ev);
	if (som_enter(m, c)) {
		som_enter_default(m, parent, ev);
		if (ev->major == SOM_NO_EXCEPTION) note("", letter);
		raises = fails;
		may_raise(ev, letter);
		if (ev->major == SOM_NO_EXCEPTION) som_leave(m, c);
	}
	return som_end(m, ev);
}

/* K is of somInit's time, B of initializers'; M of both. */
static void places(void) {
	som_env ev = {0};
	som_class *K = class("K", "SOMObject", of_k, 0, &ev), *B = class("B", "K", NULL, 1, &ev), *M = class("M", "B", of_m, 1, &ev), *P = class("P", "M", NULL, 0, &ev);
	CHECK(K && B && M && P);
	som_ref o = som_new(P, &ev);
	CHECK(o && is("kBMm"));
	som_ref x = som_copy(o, &ev); /* no somInit of a copy has run, and so no somUninit does */
	CHECK(x && is("+B+M"));
	som_release(x);
	CHECK(is("~M~B"));
	call(o, "somInit", &ev); /* a call has all run, as it ever had */
	CHECK(is("km"));
	call(o, "somUninit", &ev);
	CHECK(is("~m~k"));
	som_release(o);
	CHECK(is("~m~M~B~k"));
	som_release(made(B, K, 'b', 0, &ev));
	CHECK(ev.major == SOM_NO_EXCEPTION && is("kb~B~k"));
	som_release(made(M, B, 'y', 0, &ev)); /* M's own initializer takes the place of its somInit, too; it is ended as any */
	CHECK(ev.major == SOM_NO_EXCEPTION && is("kBy~m~M~B~k"));
	som_release(som_end(som_begin(P, &ev), &ev)); /* nobody called: all run by themselves */
	CHECK(ev.major == SOM_NO_EXCEPTION && is("kBMm~m~M~B~k"));
	som_class *N = class("N", "SOMObject", of_n, 0, &ev);
	som_release(made(N, som_object_class(), 'y', 0, &ev)); /* where that is all there was to run */
	CHECK(ev.major == SOM_NO_EXCEPTION && is("y~n"));
	som_found f = {.size_of = sizeof f};
	CHECK(som_lookup(som_class_class(), "somNewNoInit", &f, &ev) == SOM_OK);
	x = ((som_ref(*)(som_ref, som_env *))f.proc)(&K->object, &ev); /* nothing has begun it */
	som_release(x);
	CHECK(x && is(""));
	som_release(made(K, som_object_class(), 'y', 0, &ev)); /* K has no initializer of its own but that */
	CHECK(is("y~k"));
	const char *root[] = {"SOMObject"}; /* U has a somUninit alone: a call of either runs all there are of it */
	const som_class_desc d = {.size_of = sizeof d, .name = "U", .parents = root, .nparents = 1, .overrides = &of_n[1], .noverrides = 1, .override_size = sizeof *of_n};
	som_class *U = som_class_define(&d, &ev);
	o = U ? som_new(U, &ev) : NULL;
	CHECK(o && (x = som_copy(o, &ev)));
	call(x, "somInit", &ev);
	som_release(o), som_release(x);
	CHECK(is("~n~n"));
	CHECK(som_class_instances(P) + som_class_instances(M) + som_class_instances(B) + som_class_instances(K) + som_class_instances(N) == 0);
}

/* What has begun is ended, and nothing else. */
static void failures(void) {
	som_env ev = {0};
	som_class *K = class("K", "SOMObject", of_k, 0, &ev), *B = class("B", "K", NULL, 1, &ev), *M = class("M", "B", of_m, 1, &ev), *P = class("P", "M", NULL, 1, &ev);
	som_class *Q = class("Q", "K", of_q, 0, &ev);
	raises = 'q';
	CHECK(Q && !som_new(Q, &ev) && ev.major == SOM_USER_EXCEPTION && is("kq~k"));
	som_env_clear(&ev);
	static const struct { char raises; const char *by_default, *by_making; } table[] = {
		{'k', "k", "k"}, {'B', "kB~k", "kB~k"}, {'M', "kBM~B~k", "kBM~B~k"}, {'m', "kBMm~M~B~k", "kBMm~M~B~k"}, {'P', "kBMmP~m~M~B~k", "kBMmP~m~M~B~k"}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		raises = table[i].raises;
		CHECK(!som_new(P, &ev) && ev.major == SOM_USER_EXCEPTION && is(table[i].by_default));
		CHECK(!som_end(som_begin(P, &ev), &ev) && ev.major == SOM_USER_EXCEPTION && is(table[i].by_making));
		som_env_clear(&ev);
	}
	raises = 0;
	CHECK(!made(B, K, 'b', 'b', &ev) && ev.major == SOM_USER_EXCEPTION && is("kb~k"));
	som_env_clear(&ev);
	raises = 0;
	CHECK(!made(M, B, 'y', 'y', &ev) && ev.major == SOM_USER_EXCEPTION && is("kBy~B~k"));
	som_env_clear(&ev);
	raises = 0; /* of what a somUninit raises the rest takes no notice */
	som_ref o = som_new(P, &ev);
	CHECK(o && is("kBMmP"));
	raises = 'm';
	call(o, "somUninit", &ev);
	CHECK(is("~m~k"));
	som_env_clear(&ev);
	som_release(o);
	CHECK(is("~P~m~M~B~k"));
	call(o = (raises = 0, som_new(P, &ev)), "somUninit", NULL); /* nor does it need an environment */
	CHECK(is("kBMmP~m~k"));
	call(o, "somInit", NULL);
	CHECK(is("km"));
	raises = 'k'; /* what a somInit raises ends a call */
	call(o, "somInit", &ev);
	CHECK(ev.major == SOM_USER_EXCEPTION && is("k"));
	som_env_clear(&ev);
	som_release(o);
	CHECK(is("~P~m~M~B~k") && som_class_instances(P) == 0);
}

static void late(som_ref o, som_env *ev) { (void)o, (void)ev, note("", 'l'); }

/* A somInit that a class comes by later is at the class's place, too. */
static void later(void) {
	som_env ev = {0};
	som_class *B = class("B", "SOMObject", NULL, 1, &ev), *N = class("N", "B", NULL, 1, &ev);
	CHECK(B && N && som_class_replace(N, token("somInit"), (som_proc *)init_N, &ev));
	CHECK(som_class_replace(N, token("somUninit"), (som_proc *)fini_N, &ev) != NULL);
	som_class *P = class("P", "N", NULL, 1, &ev);
	som_release(som_new(N, &ev));
	CHECK(is("BNn~n~N~B"));
	som_release(som_new(P, &ev));
	CHECK(is("BNnP~P~n~N~B"));
	CHECK(som_class_replace(N, token("somInit"), (som_proc *)late, &ev) == (som_proc *)init_N);
	som_release(made(P, N, 'p', 0, &ev));
	CHECK(ev.major == SOM_NO_EXCEPTION && is("BNlp~P~n~N~B"));
}

/* A metaclass is of somInit's time. */
static void metaclass(void) {
	som_env ev = {0};
	som_class *M = class("M", "SOMClass", of_m, 1, &ev);
	const som_class_desc d = {.size_of = sizeof d, .name = "Thing", .metaclass = "M"};
	som_class *c = som_class_define(&d, &ev);
	CHECK(M && c && is("Mm"));
	CHECK(som_class_unload(c, &ev) == SOM_OK && is("~m~M"));
	raises = 'm';
	CHECK(!som_class_define(&d, &ev) && ev.major == SOM_USER_EXCEPTION && is("Mm~M") && !som_class_registered("Thing", NULL));
	som_env_clear(&ev);
}

int main(int argc, char **argv) {
	static const struct { const char *name; void (*check)(void); } checks[] = {
		{"places", places}, {"failures", failures}, {"later", later}, {"metaclass", metaclass}};
	for (int i = 1; i < argc; i++)
		for (size_t c = 0; c < sizeof checks / sizeof checks[0]; c++)
			if (!strcmp(argv[i], checks[c].name)) checks[c].check(), printf("ok\n");
	return 0;
}
