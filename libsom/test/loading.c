/* loading.c: libraries that are loaded and unloaded by several threads, with forks, and what can go wrong meanwhile. The libraries are made of
 * hooks, so that a thread is where a check wants it, not where chance has it. Each argument is the name of a check; says "ok". */
#define _DEFAULT_SOURCE
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(ok) CHECK_IN(&ev, ok)
enum { TRIES = 2000 }; /* how often others get the processor to do what they must not be able to do */

/* ---- Libraries ---- */

typedef struct library {
	const char *name;
	som_library_entry_proc *entry;
	void (*opening)(void); /* what its constructors would do */
	void (*ready)(void);
	int open; /* atomic, as is what follows */
	int runs; /* its entry */
} library;

static library aa, bb;
static int begun, going, seen; /* atomic: what threads tell each other */

static int get(const int *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
static void set(int *at, int to) { __atomic_store_n(at, to, __ATOMIC_RELEASE); }
static void await(const int *at) {
	while (!get(at))
		sched_yield();
}
static void await_in_vain(const int *at) {
	for (int i = 0; i < TRIES && !get(at); i++)
		sched_yield();
}

static char asked_by[64]; /* the name by which one got ready last */
static void aa_ready(const char *file) { snprintf(asked_by, sizeof asked_by, "%s", file), aa.ready(); }
static void bb_ready(const char *file) { snprintf(asked_by, sizeof asked_by, "%s", file), bb.ready(); }

static void *load(const char *file, char *why, size_t n) {
	library *l = !strcmp(file, "aa") || !strcmp(file, "./aa") ? &aa : !strcmp(file, "bb") ? &bb : NULL;
	if (l && l->opening) l->opening();
	if (!l || !l->entry) return snprintf(why, n, "there is none"), NULL;
	__atomic_add_fetch(&l->open, 1, __ATOMIC_ACQ_REL);
	return l;
}

static som_proc *symbol(void *handle, const char *name) {
	const library *l = handle;
	if (!strcmp(name, SOM_LIBRARY_ENTRY)) return (som_proc *)l->entry;
	return strcmp(name, SOM_LIBRARY_READY) || !l->ready ? NULL : (som_proc *)(l == &aa ? aa_ready : bb_ready);
}

static void unload(void *handle) {
	library *l = handle;
	if (l->runs) abort(); /* its code is being executed */
	__atomic_sub_fetch(&l->open, 1, __ATOMIC_ACQ_REL);
}

static som_class *defined(const char *name, const char *parent, const char *metaclass, som_env *ev) {
	const char *parents[] = {parent};
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parent ? parents : NULL, .nparents = parent != NULL, .metaclass = metaclass};
	return som_class_define(&d, ev);
}

static int define(const char *name, const char *parent, som_env *ev) {
	som_class *c = defined(name, parent, NULL, ev);
	som_release((som_ref)c);
	return c ? SOM_OK : (int)ev->code;
}

/* What a thread asks for, and what came of it: 0 or the error. */
typedef struct asked { const char *name; int code; char text[1024]; } asked;
static void *ask(void *arg) {
	asked *a = arg;
	som_env ev = {0};
	som_class *c = som_class_named(a->name, &ev);
	a->code = c ? SOM_OK : (int)ev.code;
	snprintf(a->text, sizeof a->text, "%s", ev.text ? ev.text : "");
	som_env_clear(&ev);
	som_release((som_ref)c);
	return NULL;
}

static pthread_t begin(void *(*run)(void *), void *arg) {
	pthread_t t;
	if (pthread_create(&t, NULL, run, arg) != 0) abort();
	return t;
}

/* ---- Unloading what is being loaded ---- */

static int one_and_more(som_env *ev) {
	aa.runs = 1;
	int code = define("Aa::One", NULL, ev);
	if (code == SOM_OK) code = define("Aa::Two", "Bb::One", ev);
	aa.runs = 0;
	return code;
}
static int aa_entry(uint32_t abi, som_env *ev) { return (void)abi, one_and_more(ev); }
static int bb_entry(uint32_t abi, som_env *ev) { return (void)abi, define("Bb::One", NULL, ev); }

static void hold(void) {
	set(&begun, 1);
	await(&going);
}

/* The entry of a library that waits for another: the classes that it has made so far stay. */
static void unloaded_early(void) {
	som_env ev = {0};
	asked a = {.name = "Aa::Two"};
	aa = (library){.entry = aa_entry};
	bb = (library){.entry = bb_entry, .opening = hold};
	pthread_t t = begin(ask, &a);
	await(&begun);
	som_class *c = som_class_registered("Aa::One", &ev);
	CHECK(c && som_class_unload(c, &ev) == SOM_E_BUSY && refused(&ev, SOM_E_BUSY, "its library loaded"));
	set(&going, 1);
	pthread_join(t, NULL);
	CHECK(a.code == SOM_OK && som_class_unload(c, &ev) == SOM_OK && !aa.open && bb.open == 1);
	c = som_class_named("Bb::One", &ev);
	CHECK(som_class_unload(c, &ev) == SOM_OK && !bb.open);
}

/* An entry that unloads a class of its own, by way of another library's, too. */
static int inner_code, outer_code;
static int unload_one(void) {
	som_class *c = som_class_registered("Aa::One", NULL);
	int code = som_class_unload(c, NULL);
	if (code != SOM_OK) som_release((som_ref)c);
	return code;
}
static void unload_outer(void) { inner_code = unload_one(); }
static int own_entry(uint32_t abi, som_env *ev) {
	(void)abi, aa.runs = 1;
	int code = define("Aa::One", NULL, ev);
	som_release((som_ref)som_class_named("Bb::One", ev));
	outer_code = unload_one();
	aa.runs = 0;
	return code;
}

static void unloaded_by_itself(void) {
	som_env ev = {0};
	aa = (library){.entry = own_entry};
	bb = (library){.entry = bb_entry, .opening = unload_outer};
	som_class *c = som_class_named("Aa::One", &ev);
	CHECK(c && inner_code == SOM_E_BUSY && outer_code == SOM_E_BUSY && som_class_unload(c, &ev) == SOM_OK && !aa.open);
}

/* A library that fails when somebody has a class of it already: that stays. */
static som_class *held;
static void hold_class(void) { held = som_class_registered("Aa::One", NULL); }
static int failing_entry(uint32_t abi, som_env *ev) {
	som_release((som_ref)defined("Aa::One", NULL, NULL, ev));
	som_release((som_ref)som_class_named("Bb::One", ev));
	return (void)abi, som_raise_user(ev, "IDL:Fails:1.0", NULL, NULL), SOM_E_RAISED;
}

static void failed_in_use(void) {
	som_env ev = {0};
	aa = (library){.entry = failing_entry};
	bb = (library){.entry = bb_entry, .opening = hold_class};
	CHECK(!som_class_named("Aa::Two", &ev) && refused(&ev, SOM_E_LIBRARY, "aa could not define its classes: IDL:Fails:1.0"));
	som_ref o = som_new(held, &ev);
	CHECK(o && aa.open);
	som_release(o);
	CHECK(som_class_unload(held, &ev) == SOM_OK && !aa.open);
}

/* What joins metaclasses of two libraries is of neither, and tells of no library that may have gone. */
static int meta_entry(uint32_t abi, som_env *ev) {
	int code = define("Aa::Meta", "SOMClass", ev);
	som_class *metas[] = {som_class_registered("Meta", NULL), som_class_registered("Aa::Meta", NULL)};
	som_release((som_ref)som_class_join(metas, 2, ev));
	som_release((som_ref)metas[0]);
	som_release((som_ref)metas[1]);
	return (void)abi, code == SOM_OK ? define("Aa::One", NULL, ev) : code;
}

static void derived(void) {
	som_env ev = {0};
	aa = (library){.entry = meta_entry};
	som_release((som_ref)defined("Meta", "SOMClass", NULL, &ev));
	som_release((som_ref)som_class_named("Aa::One", &ev));
	som_class *both = som_class_registered("SOMDerived(Meta,Aa::Meta)", &ev), *one = som_class_registered("Aa::One", &ev);
	CHECK(both && !som_class_describe(both)->library && one && !strcmp(som_class_describe(one)->library, "aa"));
}

/* ---- Groups ---- */

static int alone_entry(uint32_t abi, som_env *ev) { return (void)abi, define("Aa::One", NULL, ev); }

static void join(som_class *c, som_class *to) {
	som_env ev = {0};
	som_found f = {.size_of = sizeof f};
	CHECK(som_lookup(som_class_manager_class(), "somJoinAffinityGroup", &f, &ev) == SOM_OK);
	((void (*)(som_ref, som_env *, som_ref, som_ref))f.proc)(som_class_manager(), &ev, &c->object, &to->object);
}

/* A class that joins another goes with its own library all the same: then both go, or neither. */
static void joined(void) {
	som_env ev = {0};
	aa = (library){.entry = alone_entry};
	bb = (library){.entry = bb_entry};
	som_class *a = som_class_named("Aa::One", &ev), *b = som_class_named("Bb::One", &ev);
	join(b, a);
	CHECK(!strcmp(som_class_describe(b)->library, "bb"));
	som_ref o = som_new(b, &ev);
	som_release(&b->object);
	CHECK(som_class_unload(a, &ev) == SOM_E_BUSY && refused(&ev, SOM_E_BUSY, "of Bb::One 1 instances") && bb.open && aa.open);
	som_release(o);
	CHECK(som_class_unload(a, &ev) == SOM_OK && !aa.open && !bb.open && !som_class_registered("Bb::One", NULL));
	a = som_class_named("Aa::One", &ev); /* and that of a class without a library */
	som_class *mine = defined("Mine", NULL, NULL, &ev);
	join(a, mine);
	CHECK(!strcmp(som_class_describe(a)->library, "aa") && !som_class_describe(mine)->library);
	o = som_new(a, &ev);
	som_release(&a->object);
	CHECK(som_class_unload(mine, &ev) == SOM_E_BUSY && refused(&ev, SOM_E_BUSY, "of Aa::One 1 instances") && aa.open);
	som_release(o);
	CHECK(som_class_unload(mine, &ev) == SOM_OK && !aa.open && !som_class_registered("Aa::One", NULL));
}

/* A class that its metaclass is not done with keeps the group that it joins. */
static som_class *mate;
static int mate_code;
static void join_and_unload(som_ref c, som_env *ev) {
	som_env inner = {0};
	(void)ev;
	join((som_class *)c, mate);
	mate_code = som_class_unload(mate, &inner);
	if (!inner.text || !strstr(inner.text, "of K 0 instances")) mate_code = -1;
	som_env_clear(&inner);
}
static void meta_of(const char *name, void (*ready)(som_ref c, som_env *ev));

static void joined_unready(void) {
	som_env ev = {0};
	aa = (library){.entry = alone_entry};
	mate = som_class_named("Aa::One", &ev);
	meta_of("Joiner", join_and_unload);
	som_class *k = defined("K", NULL, "Joiner", &ev);
	CHECK(k && mate_code == SOM_E_BUSY && aa.open);
	som_release(&mate->object);
	CHECK(som_class_unload(k, &ev) == SOM_OK && !aa.open && !som_class_registered("Aa::One", NULL));
}

/* A metaclass whose destructor does with classes what it likes: it unloads one, and makes one. */
static som_classdata guide;
static som_class *helpers[4], *last;
static int nhelpers, ends, outer_busy;
static void take_helper(som_ref c, som_env *ev, void *context) {
	(void)ev, (void)context;
	*(som_class **)som_data(c, guide.data) = helpers[nhelpers++];
}
static void end_helper(som_ref c, void *context) {
	som_env ev = {0};
	const char *parents[] = {"SOMObject"};
	const som_class_desc d = {.size_of = sizeof d, .name = "Passing", .parents = parents, .nparents = 1};
	(void)context, ends++;
	CHECK(som_class_unload(*(som_class **)som_data(c, guide.data), &ev) == SOM_OK);
	CHECK(som_class_unload(som_class_define(&d, &ev), &ev) == SOM_OK);
	CHECK(!som_class_registered("Aa::One", NULL) && !som_class_registered("Aa::Three", NULL)); /* nobody finds what is ending */
	outer_busy += som_class_unload((som_class *)c, NULL) == SOM_E_BUSY;
	outer_busy += som_class_unload(last, NULL) == SOM_E_BUSY;
}
static int three_entry(uint32_t abi, som_env *ev) {
	static const char *const names[] = {"Aa::One", "Aa::Two", "Aa::Three"};
	(void)abi;
	for (int i = 0; i < 3; i++) {
		som_class *c = defined(names[i], i ? names[i - 1] : NULL, i ? NULL : "Guided", ev);
		if (!c) return (int)ev->code;
		som_release(&c->object);
	}
	return SOM_OK;
}

static void ends_others(void) {
	som_env ev = {0};
	const char *parents[] = {"SOMClass"};
	const som_class_desc d = {.size_of = sizeof d, .name = "Guided", .parents = parents, .nparents = 1, .data_size = sizeof(void *), .data_align = sizeof(void *),
		.init = take_helper, .fini = end_helper};
	const som_binding b = {.size_of = sizeof b, .cls = "Guided"};
	som_release((som_ref)som_class_define(&d, &ev));
	CHECK(som_class_bind(&b, &guide, &ev) == SOM_OK);
	for (int twice = 0; twice < 2; twice++) {
		helpers[0] = defined("Helper0", NULL, NULL, &ev), helpers[1] = defined("Helper1", NULL, NULL, &ev), helpers[2] = defined("Helper2", NULL, NULL, &ev);
		nhelpers = ends = outer_busy = 0;
		aa = (library){.entry = three_entry};
		som_class *c = som_class_named("Aa::Two", &ev);
		last = som_class_registered("Aa::One", &ev);
		som_release((som_ref)last);
		CHECK(c && som_class_unload(c, &ev) == SOM_OK && ends == 3 && outer_busy == 6 && !aa.open);
		CHECK(!som_class_registered("Aa::One", NULL) && !som_class_registered("Aa::Two", NULL) && !som_class_registered("Aa::Three", NULL));
	}
	som_class_unbind(&guide);
}

/* ---- Classes that are being made ---- */

static int is_ready, unload_code, early;
static void *look(void *name) {
	som_env ev = {0};
	som_class *c = som_class_registered(name, &ev);
	CHECK(c != NULL);
	early = !get(&is_ready);
	som_release((som_ref)c);
	set(&seen, 1);
	return NULL;
}

static pthread_t looker;
static void look_and_unload(void) {
	som_class *c = som_class_registered("K", NULL); /* this thread sees it */
	unload_code = som_class_unload(c, NULL);
	if (unload_code == SOM_E_BUSY) som_release((som_ref)c);
	looker = begin(look, "K");
	await_in_vain(&seen);
}

static void ready_by_bb(som_ref c, som_env *ev) {
	(void)c;
	som_release((som_ref)som_class_named("Bb::One", ev));
	set(&is_ready, 1);
}

static void meta_of(const char *name, void (*ready)(som_ref c, som_env *ev)) {
	som_env ev = {0};
	const char *parents[] = {"SOMClass"};
	const som_override over[] = {{"somClassReady", (som_proc *)ready, NULL}};
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = 1, .overrides = over, .noverrides = 1, .override_size = sizeof *over};
	som_class *c = som_class_define(&d, &ev);
	CHECK(c != NULL);
	som_release((som_ref)c);
}

/* A class whose metaclass is not done with it is not to be unloaded, nor seen by other threads. */
static void unready(void) {
	som_env ev = {0};
	bb = (library){.entry = bb_entry, .opening = look_and_unload};
	meta_of("M", ready_by_bb);
	som_class *c = defined("K", NULL, "M", &ev);
	CHECK(c && unload_code == SOM_E_BUSY);
	pthread_join(looker, NULL);
	CHECK(!early && som_class_unload(c, &ev) == SOM_OK);
}

static void refuse_in_use(som_ref c, som_env *ev) {
	int code = define("Sub", som_class_describe((som_class *)c)->name, NULL);
	if (code != SOM_OK && strcmp(som_class_describe((som_class *)c)->name, "Sub")) abort();
	som_raise_system(ev, "IDL:omg.org/CORBA/NO_PERMISSION:1.0", 0, SOM_COMPLETED_NO, "no");
}
static void refuse_one(som_ref c, som_env *ev) {
	if (!strcmp(som_class_describe((som_class *)c)->name, "K")) refuse_in_use(c, ev);
}

/* A class that its metaclass refuses when there is a subclass already: it stays, as that does. */
static void refused_in_use(void) {
	som_env ev = {0};
	meta_of("M", refuse_one);
	CHECK(!defined("K", NULL, "M", &ev) && ev.major == SOM_SYSTEM_EXCEPTION);
	som_env_clear(&ev);
	som_class *sub = som_class_registered("Sub", &ev);
	som_ref o = som_new(sub, &ev);
	CHECK(o && som_is_a(o, som_class_registered("K", &ev)));
	som_release(o);
	CHECK(som_class_unload(sub, &ev) == SOM_OK);
}

/* ---- Threads that need each other's libraries ---- */

static void go(void) { set(&going, 1); }
static void ready_waits(void) { await(&begun); }
static int begin_entry(uint32_t abi, som_env *ev) { return set(&begun, 1), (void)abi, define("Bb::One", "Aa::One", ev); }

/* The libraries need each other's classes, in an order in which they can be had. */
static void mutual(void) {
	som_env ev = {0};
	asked a = {.name = "Aa::Two"}, b = {.name = "Bb::One"};
	aa = (library){.entry = aa_entry, .opening = go, .ready = ready_waits};
	bb = (library){.entry = begin_entry};
	pthread_t s = begin(ask, &a);
	await(&going); /* from Bb::One on they cannot be had, by one thread either */
	pthread_t t = begin(ask, &b);
	pthread_join(s, NULL);
	pthread_join(t, NULL);
	CHECK(a.code == SOM_OK && b.code == SOM_OK && aa.open == 1 && bb.open == 1);
}

static int ping_entry(uint32_t abi, som_env *ev) { return (void)abi, define("Aa::One", "Bb::One", ev); }

/* And in none: both are told so, whoever comes first. */
static void circle(void) {
	som_env ev = {0};
	asked a = {.name = "Aa::One"}, b = {.name = "Bb::One"};
	aa = (library){.entry = ping_entry, .ready = ready_waits};
	bb = (library){.entry = begin_entry};
	pthread_t s = begin(ask, &a), t = begin(ask, &b);
	pthread_join(s, NULL);
	pthread_join(t, NULL);
	CHECK(a.code == SOM_E_LIBRARY && b.code == SOM_E_LIBRARY && !aa.open && !bb.open);
	CHECK(strstr(a.text, "is among what it is made of itself") != NULL || strstr(a.text, "waits for what this one loads") != NULL);
	CHECK(!som_class_registered("Aa::One", NULL) && !som_class_registered("Bb::One", NULL));
}

static asked inside = {.name = "Bb::One"};
static void ask_inside(void) { go(), ask(&inside); }
static void wait_for_opener(void) { await(&going); }
static int bb_of_aa_entry(uint32_t abi, som_env *ev) { return (void)abi, define("Bb::One", "Aa::One", ev); }

/* What runs while a library is opened, with the system's loader to itself, needs one that waits for it. */
static void from_constructor(void) {
	som_env ev = {0};
	asked a = {.name = "Aa::One"}, b = {.name = "Bb::One"};
	aa = (library){.entry = alone_entry, .opening = ask_inside};
	bb = (library){.entry = bb_of_aa_entry, .ready = wait_for_opener};
	pthread_t t = begin(ask, &b);
	while (!get(&bb.open))
		sched_yield();
	pthread_t s = begin(ask, &a);
	pthread_join(s, NULL);
	pthread_join(t, NULL);
	CHECK(a.code == SOM_OK && aa.open == 1 && inside.code != SOM_OK);
}

/* What is linked in waits for no library that is being opened, and leaves no trace of itself where that is noted. */
static int linked_entry(uint32_t abi, som_env *ev) { return (void)abi, (void)ev, SOM_OK; }
static void *link_many(void *unused) {
	char name[16];
	for (int i = 0; i < TRIES; i++) {
		snprintf(name, sizeof name, "linked%d", i);
		if (som_library_add(name, linked_entry, NULL) != SOM_OK) abort();
		if (i == 0) set(&going, 1); /* what is being opened waits for this */
	}
	return unused;
}
static void linked(void) {
	som_env ev = {0};
	asked a = {.name = "Aa::One"}, b = {.name = "Bb::One"};
	aa = (library){.entry = alone_entry, .opening = hold};
	bb = (library){.entry = bb_entry};
	pthread_t s = begin(ask, &a);
	await(&begun);
	pthread_t t = begin(link_many, NULL);
	pthread_join(s, NULL);
	aa.opening = NULL;
	for (int i = 0; i < TRIES / 10; i++)
		CHECK(som_class_unload(som_class_named("Aa::One", &ev), &ev) == SOM_OK);
	pthread_join(t, NULL);
	ask(&b);
	CHECK(a.code == SOM_OK && b.code == SOM_OK && bb.open);
}

/* Who wants a library that is just being closed waits until it is. */
static int loaded_while_open;
static void note_open(void) { loaded_while_open |= get(&bb.open); }
static void *ask_again(void *a) { return ask(a), set(&seen, 1), NULL; }
static pthread_t again;
static void close_slowly(void *handle) {
	if (handle == &bb) {
		again = begin(ask_again, &inside);
		await_in_vain(&seen);
	}
	unload(handle);
}

static void closing(void) {
	som_env ev = {0};
	const som_hooks slow = {.size_of = sizeof slow, .unload = close_slowly};
	bb = (library){.entry = bb_entry, .opening = note_open};
	som_class *c = som_class_named("Bb::One", &ev);
	CHECK(som_set_hooks(&slow, &ev) == SOM_OK && som_class_unload(c, &ev) == SOM_OK);
	pthread_join(again, NULL);
	CHECK(inside.code == SOM_OK && !loaded_while_open && bb.open == 1);
}

/* ---- One library by two names ---- */

static int entered;
static int counted_entry(uint32_t abi, som_env *ev) { return entered++, aa_entry(abi, ev); }
static void *load_again(void *code) {
	som_env ev = {0};
	set(&seen, 1);
	*(int *)code = som_library_load("./aa", &ev);
	som_env_clear(&ev);
	return NULL;
}
static pthread_t other;
static int other_code = -1;
static void load_meanwhile(void) { /* aa's entry waits for this one, and who wants aa by another name waits for both */
	other = begin(load_again, &other_code);
	await(&seen);
	for (int i = 0; i < TRIES; i++)
		sched_yield();
}

static void two_names(void) {
	som_env ev = {0};
	aa = (library){.entry = counted_entry};
	bb = (library){.entry = bb_entry, .ready = load_meanwhile};
	CHECK(som_library_load("aa", &ev) == SOM_OK);
	pthread_join(other, NULL);
	CHECK(other_code == SOM_OK && entered == 1 && aa.open == 1);
	som_ref o = som_new(som_class_registered("Aa::One", &ev), &ev);
	CHECK(som_library_load("./aa", &ev) == SOM_OK && som_library_load("./aa", &ev) == SOM_OK && entered == 1 && aa.open == 1);
	CHECK(!strcmp(som_class_describe(som_class_of(o))->library, "aa"));
	som_class *c = som_class_of(o);
	som_release(o);
	CHECK(som_class_unload(c, &ev) == SOM_OK && !aa.open);
	bb.ready = NULL;
	CHECK(som_library_load("./aa", &ev) == SOM_OK && som_library_load("aa", &ev) == SOM_OK && entered == 2 && aa.open == 1);
	/* An entry that asks for a class of its own by a name that leads back to it is told that there is none. */
	CHECK(som_library_of_class("Aa::Three", "aa", &ev) == SOM_OK && !som_class_named("Aa::Three", &ev) && refused(&ev, SOM_E_LIBRARY, "is not to be loaded or lacks it"));
}

/* One that gets ready is asked by each name, since it may go by that. */
static int named_by;
static void note_name(void) { named_by++; }
static int empty_entry(uint32_t abi, som_env *ev) { return entered++, (void)ev, abi != SOM_ABI; }
static void ready_for_names(void) {
	som_env ev = {0};
	aa = (library){.entry = empty_entry, .ready = note_name};
	CHECK(som_library_load("aa", &ev) == SOM_OK && !strcmp(asked_by, "aa") && som_library_load("./aa", &ev) == SOM_OK && !strcmp(asked_by, "./aa"));
	CHECK(som_library_load("aa", &ev) == SOM_OK && named_by == 2 && entered == 2 && aa.open == 2);
}

/* ---- A library that gets ready in a thread of its own, which needs what waits for the library ---- */

static som_turn beginning; /* of that thread, until all is ready */
static int one_first;
static int ready_code, begins_code;
static char begins_text[1024];

static void *begin_aa(void *unused) {
	som_env ev = {0};
	asked b = {.name = "Bb::One"};
	CHECK(som_turn_take(&beginning, &ev) == SOM_OK);
	if (one_first) CHECK(define("Aa::One", NULL, &ev) == SOM_OK);
	set(&begun, 1);
	ask(&b);
	begins_code = b.code;
	memcpy(begins_text, b.text, sizeof begins_text);
	if (!one_first) CHECK(define("Aa::One", NULL, &ev) == SOM_OK);
	som_turn_give(&beginning);
	return unused;
}
static void await_beginning(void) {
	looker = begin(begin_aa, NULL);
	await(&begun);
	if ((ready_code = som_turn_take(&beginning, NULL)) == SOM_OK) som_turn_give(&beginning);
}
static int begun_entry(uint32_t abi, som_env *ev) { return (void)abi, ready_code == SOM_OK ? SOM_OK : (som_raise_user(ev, "IDL:Unready:1.0", NULL, NULL), SOM_E_RAISED); }
static int sub_entry(uint32_t abi, som_env *ev) { return (void)abi, define("Bb::One", "Aa::One", ev); }

/* The class is there that the library is loaded for: both have what they need. */
static void ready_for_what_is_there(void) {
	som_env ev = {0};
	one_first = 1;
	aa = (library){.entry = begun_entry, .ready = await_beginning};
	bb = (library){.entry = sub_entry};
	som_class *c = som_class_named("Bb::One", &ev);
	pthread_join(looker, NULL);
	CHECK(c && ready_code == SOM_E_CYCLE && begins_code == SOM_OK);
}

/* It is not: the thread is told that it cannot have what it wants, whoever comes to wait first, and goes on. */
static void ready_for_what_is_not(void) {
	som_env ev = {0};
	one_first = 0;
	aa = (library){.entry = begun_entry, .ready = await_beginning};
	bb = (library){.entry = sub_entry};
	som_class *c = som_class_named("Bb::One", &ev);
	pthread_join(looker, NULL);
	CHECK(c && ready_code == SOM_OK && begins_code == SOM_E_CYCLE && strstr(begins_text, "bb cannot be loaded: another thread is at it, which waits for what this one loads"));
}

/* The library is loaded for no class. */
static int load_aa(uint32_t abi, som_env *ev) { return (void)abi, som_library_load("aa", ev); }
static void ready_for_none(void) {
	som_env ev = {0};
	one_first = 0;
	aa = (library){.entry = begun_entry, .ready = await_beginning};
	bb = (library){.entry = load_aa};
	int code = som_library_load("bb", &ev);
	pthread_join(looker, NULL);
	CHECK(code == SOM_OK && ready_code == SOM_OK && begins_code == SOM_E_CYCLE);
}

/* ---- Forks ---- */

static asked in_child;
static const char *child_says = ""; /* in its error's text */
static void *fork_and_ask(void *arg) {
	som_env ev = {0};
	int status;
	set(&seen, 1);
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		alarm(300);
		ask(&in_child);
		_exit(strstr(in_child.text, child_says) ? in_child.code : 99);
	}
	set(&begun, 2);
	CHECK(waitpid(child, &status, 0) == child);
	*(int *)arg = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return NULL;
}

static void until_forked(void) {
	set(&going, 1);
	while (get(&begun) != 2)
		sched_yield();
}

/* A fork waits for a library that is being opened. */
static void unforked(void) {
	set(&going, 1);
	await(&seen);
	for (int i = 0; i < TRIES && get(&begun) != 2; i++)
		sched_yield();
}

/* The process forks when a library is opened, which the child has whole then; or is told that it cannot have. */
static void fork_while(library a, int want) {
	som_env ev = {0};
	asked first = {.name = "Aa::One"};
	int code = 0;
	in_child.name = "Aa::One";
	aa = a;
	pthread_t t = begin(ask, &first);
	await(&going);
	pthread_t f = begin(fork_and_ask, &code);
	pthread_join(f, NULL);
	pthread_join(t, NULL);
	CHECK(code == want && first.code == SOM_OK);
}
static void forked_while_opened(void) { fork_while((library){.entry = alone_entry, .opening = unforked}, SOM_OK); }

/* The process forks while the destructor of a metaclass waits for another library: what is ending is half there. */
static void load_other(som_ref c, void *context) {
	(void)c, (void)context;
	som_release((som_ref)som_class_named("Bb::One", NULL));
}
static int slow_entry(uint32_t abi, som_env *ev) {
	som_class *c = defined("Aa::One", NULL, "Slow", ev);
	som_release((som_ref)c);
	return (void)abi, c ? SOM_OK : (int)ev->code;
}
static void *unload_slowly(void *code) {
	*(int *)code = som_class_unload(som_class_named("Aa::One", NULL), NULL);
	return NULL;
}

static void forked_while_ending(void) {
	som_env ev = {0};
	const char *parents[] = {"SOMClass"};
	const som_class_desc d = {.size_of = sizeof d, .name = "Slow", .parents = parents, .nparents = 1, .fini = load_other};
	int code = 0, unloaded = -1;
	som_release((som_ref)som_class_define(&d, &ev));
	in_child.name = "Aa::One";
	child_says = "when the process forked";
	aa = (library){.entry = slow_entry};
	bb = (library){.entry = bb_entry, .ready = until_forked};
	pthread_t t = begin(unload_slowly, &unloaded);
	await(&going);
	pthread_t f = begin(fork_and_ask, &code);
	pthread_join(f, NULL);
	pthread_join(t, NULL);
	CHECK(code == SOM_E_LIBRARY && unloaded == SOM_OK && !aa.open);
}

/* The process forks while a metaclass is not done with a class: the child does not wait for that. */
static void load_when_ready(som_ref c, som_env *ev) { (void)c, som_release((som_ref)som_class_named("Bb::One", ev)); }
static void *define_slowly(void *code) {
	som_class *k = defined("K", NULL, "M", NULL);
	*(int *)code = k ? SOM_OK : SOM_E_RAISED;
	return NULL;
}
static void forked_while_making(void) {
	int code = -1, made = -1;
	meta_of("M", load_when_ready);
	in_child.name = "K";
	bb = (library){.entry = bb_entry, .ready = until_forked};
	pthread_t t = begin(define_slowly, &made);
	await(&going);
	pthread_t f = begin(fork_and_ask, &code);
	pthread_join(f, NULL);
	pthread_join(t, NULL);
	som_env ev = {0};
	CHECK(code == SOM_OK && made == SOM_OK);
}
static void forked_while_getting_ready(void) { fork_while((library){.entry = alone_entry, .ready = until_forked}, SOM_E_LIBRARY); }

/* A library that is not there while another thread makes the class that it is asked for: the class is not seen before it is made. */
static int is_two(som_class *c, void *context) { return (void)context, !strcmp(som_class_describe(c)->name, "Aa::Two"); }
static void until_two(void) {
	set(&begun, 1);
	while (!som_classes(is_two, NULL))
		sched_yield();
}
static int seen_early;
static void not_seen(void) {
	await_in_vain(&seen);
	seen_early = get(&seen);
}
static void *ask_and_tell(void *arg) {
	ask(arg);
	set(&seen, 1);
	return NULL;
}

static void made_meanwhile(void) {
	som_env ev = {0};
	asked a = {.name = "Aa::Two"};
	aa = (library){.opening = until_two};
	bb = (library){.entry = bb_entry, .opening = not_seen};
	meta_of("Slow", ready_by_bb);
	pthread_t t = begin(ask_and_tell, &a);
	await(&begun);
	som_class *c = defined("Aa::Two", NULL, "Slow", &ev);
	pthread_join(t, NULL);
	CHECK(c && a.code == SOM_OK && !seen_early && seen);
}

int main(int argc, char **argv) {
	static const struct { const char *name; void (*run)(void); } all[] = {{"unloaded-early", unloaded_early}, {"unloaded-by-itself", unloaded_by_itself},
		{"failed-in-use", failed_in_use}, {"derived", derived}, {"joined", joined}, {"joined-unready", joined_unready}, {"ends-others", ends_others}, {"unready", unready}, {"made-meanwhile", made_meanwhile}, {"refused-in-use", refused_in_use}, {"mutual", mutual},
		{"circle", circle}, {"from-constructor", from_constructor}, {"closing", closing}, {"two-names", two_names}, {"ready-for-names", ready_for_names}, {"ready-for-what-is-there", ready_for_what_is_there},
		{"ready-for-what-is-not", ready_for_what_is_not}, {"ready-for-none", ready_for_none}, {"linked", linked}, {"forked-while-opened", forked_while_opened},
		{"forked-while-getting-ready", forked_while_getting_ready}, {"forked-while-ending", forked_while_ending},
		{"forked-while-making", forked_while_making}};
	const som_hooks hooks = {.size_of = sizeof hooks, .load = load, .symbol = symbol, .unload = unload};
	const char *const classes[] = {"Aa::One", "Aa::Two", "Bb::One"};
	som_env ev = {0};
	alarm(300); /* who waits for ever is ended, on a machine on which much else runs */
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	for (int i = 0; i < 3; i++)
		CHECK(som_library_of_class(classes[i], classes[i][0] == 'A' ? "aa" : "bb", &ev) == SOM_OK);
	for (size_t c = 0; argc == 2 && c < sizeof all / sizeof *all; c++)
		if (!strcmp(argv[1], all[c].name)) {
			all[c].run();
			puts("ok");
			return 0;
		}
	return 2;
}
