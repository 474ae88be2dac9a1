/* edges.c: what is given nothing, what fails half-way, what ends while another thread looks at it. Each argument is the name of a
 * check; "ok" follows each on the output. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#define CHECK(ok) CHECK_IN(&ev, ok)

static int load(const int *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
static void store(int *at, int v) { __atomic_store_n(at, v, __ATOMIC_RELEASE); }

/* ---- Nothing where something is asked for ---- */

static int32_t one(som_ref o, som_env *ev) { return (void)o, (void)ev, 1; }
static void handler(void *context, som_ref o, som_env *ev, const som_value *args, som_value *to) { (void)context, (void)o, (void)ev, (void)args, to->l = 0; }

static som_class *class_of_its_own(const char *name, som_env *ev) {
	const som_class_desc d = {.size_of = sizeof d, .name = name};
	return som_class_define(&d, ev);
}

#define REFUSED(call, wanted) CHECK((call) && refused(&ev, wanted, ""))

static void nothing(void) {
	som_env ev = {0};
	som_class *c = class_of_its_own("C", &ev), *no = NULL;
	som_ref o = som_new(c, &ev), none = NULL;
	som_found f = {.size_of = sizeof f};
	som_value v;
	const som_binding b = {.size_of = sizeof b, .cls = "C"};
	CHECK(o && som_lookup(c, "somGetSize", &f, &ev) == SOM_OK);
	REFUSED(!som_new(NULL, &ev), SOM_E_TYPE);
	REFUSED(!som_create(NULL, &ev), SOM_E_TYPE);
	REFUSED(!som_begin(NULL, &ev), SOM_E_TYPE);
	REFUSED(!som_new((som_class *)o, &ev), SOM_E_TYPE); /* nor is an object a class */
	REFUSED(!som_copy(NULL, &ev), SOM_E_TYPE);
	REFUSED(som_assign(o, NULL, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_assign(NULL, o, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_cast(NULL, c, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_cast(o, NULL, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_invoke(NULL, "somGetSize", NULL, 0, &v, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_dispatch(NULL, "somGetSize", NULL, 0, &v, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_apply(NULL, "i:", o, NULL, &v, &ev) == SOM_E_METHOD, SOM_E_METHOD);
	REFUSED(som_apply((som_proc *)one, NULL, o, NULL, &v, &ev) == SOM_E_METHOD, SOM_E_METHOD);
	REFUSED(som_apply((som_proc *)one, "i:i", o, NULL, &v, &ev) != SOM_OK, SOM_E_TYPE);
	REFUSED(!som_closure(NULL, handler, NULL, &ev), SOM_E_METHOD);
	REFUSED(!som_closure("v:", NULL, NULL, &ev), SOM_E_METHOD);
	REFUSED(som_class_unload(NULL, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_class_check_version(NULL, 1, 0, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_class_substitute(NULL, c, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_class_bind(NULL, NULL, &ev) == SOM_E_METHOD, SOM_E_METHOD);
	REFUSED(som_class_bind(&b, NULL, &ev) == SOM_E_METHOD, SOM_E_METHOD);
	REFUSED(!som_class_join(NULL, 1, &ev), SOM_E_METACLASS);
	REFUSED(!som_class_join(&no, 1, &ev), SOM_E_METACLASS);
	REFUSED(!som_class_define(NULL, &ev), SOM_E_METHOD);
	REFUSED(!som_class_registered(NULL, &ev), SOM_E_UNKNOWN);
	REFUSED(som_lookup(NULL, "somGetSize", &f, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_lookup(c, "somGetSize", NULL, &ev) == SOM_E_UNKNOWN, SOM_E_UNKNOWN);
	REFUSED(som_class_add(NULL, "m", NULL, (som_proc *)one, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(!som_class_replace(NULL, f.token, (som_proc *)one, &ev), SOM_E_TYPE);
	REFUSED(som_class_front(NULL, f.token, (som_proc *)one, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(!som_weak_new(NULL, &ev), SOM_E_FREED);
	REFUSED(som_set_hooks(NULL, &ev) == SOM_E_TYPE, SOM_E_TYPE);
	REFUSED(som_library_of_class(NULL, "f", &ev) == SOM_E_NAME, SOM_E_NAME);
	REFUSED(som_library_of_class("C", NULL, &ev) == SOM_E_NAME, SOM_E_NAME);
	/* And where there is no environment to say so in either. */
	som_release(NULL), som_uncast(NULL), som_weak_free(NULL), som_env_clear(NULL), som_closure_free(NULL), som_deallocate(NULL), som_set_path(NULL, NULL);
	CHECK(!som_new(NULL, NULL) && !som_copy(NULL, NULL) && !som_retain(none) && !som_weak_get(NULL) && !som_weak_lives(NULL) && !som_is_a(NULL, c) && !som_is_a(o, NULL));
	CHECK(!som_descends(NULL, c) && !som_descends(c, NULL) && som_invoke(NULL, NULL, NULL, 0, NULL, NULL) == SOM_E_TYPE && som_assign(NULL, NULL, NULL) == SOM_E_TYPE);
	CHECK(som_class_unload(NULL, NULL) == SOM_E_TYPE && som_set_hooks(NULL, NULL) == SOM_E_TYPE && !som_class_named(NULL, NULL));
	som_release(o);
	CHECK(som_class_instances(c) == 0);
}

/* ---- An object, or nothing, where a class is asked for ---- */

static int none_seen(const char *name, const char *sig, som_proc *proc, void *context) { return (void)name, (void)sig, (void)proc, ++*(int *)context; }

static void no_class(void) {
	som_env ev = {0};
	som_class *c = class_of_its_own("C", &ev);
	som_ref o = som_new(c, &ev);
	som_found f = {.size_of = sizeof f};
	CHECK(o && som_lookup(c, "somGetSize", &f, &ev) == SOM_OK);
	som_class *const none[] = {(som_class *)o, NULL}; /* the address checker sees what is read in front of an object, or behind it */
	for (int i = 0; i < 2; i++) {
		som_class *no = none[i];
		int seen = 0;
		CHECK(!som_is_a(o, no) && !som_descends(c, no) && !som_descends(no, c) && !som_descends(no, no));
		CHECK(!som_class_proc(no, f.token) && !som_parent_row(no, 0) && !som_next_proc(no, o, f.token));
		CHECK(som_class_dynamics(no, none_seen, &seen) == SOM_E_TYPE && seen == 0 && !som_class_describe(no) && som_class_instances(no) == 0);
		REFUSED(!som_parent_proc(no, 0, f.token, &ev), SOM_E_TYPE);
	}
	som_release(o);
}

/* ---- What fails half-way ---- */

static int begun, ended;
static void init(som_ref o, som_env *ev, void *context) { (void)o, (void)ev, (void)context, begun++; }
static void fini(som_ref o, void *context) { (void)o, (void)context, ended++; }
static void copy(som_ref o, som_ref from, som_env *ev, void *context) { (void)o, (void)from, (void)ev, (void)context, begun++; }
static void no_copy(som_ref o, som_ref from, som_env *ev, void *context) {
	(void)o, (void)from, (void)context;
	som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL);
}

static int32_t parts_copied;
static void copy_and_refuse(som_ref o, som_env *ev, void *control, som_ref from) {
	som_found f = {.size_of = sizeof f};
	som_lookup(som_object_class(), "somDefaultConstCopyInit", &f, NULL);
	((void (*)(som_ref, som_env *, void *, som_ref))som_class_proc(som_object_class(), f.token))(o, ev, control, from);
	parts_copied = begun;
	som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL);
}

/* A metaclass that gives instances of another class. */
static som_class *given;
static som_ref raw_of_given(som_ref c, som_env *ev) {
	som_found f = {.size_of = sizeof f};
	som_lookup(som_class_class(), "somNewNoInit", &f, NULL);
	return ((som_ref (*)(som_ref, som_env *))som_class_proc(som_class_class(), f.token))(given ? &given->object : c, ev);
}

static som_class *part(const char *name, const char *parent, som_copier *copier, som_env *ev) {
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parent ? &parent : NULL, .nparents = parent != NULL, .init = init, .fini = fini,
		.copy = copier, .assign = copier, .data_size = 8, .data_align = 8};
	return som_class_define(&d, ev);
}

static int refuse_from = -1; /* how many more times there is memory; -1: always */
static void *allocate(size_t n) { return refuse_from == 0 ? NULL : (refuse_from -= refuse_from > 0, malloc(n)); }

static void halfway(void) {
	som_env ev = {0};
	const som_hooks hooks = {.size_of = sizeof hooks, .allocate = allocate, .deallocate = free};
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	som_class *A = part("A", NULL, copy, &ev), *B = part("B", "A", copy, &ev), *C = part("C", "B", no_copy, &ev);
	som_ref o = som_new(C, &ev);
	CHECK(o && begun == 3);
	begun = ended = 0; /* a copy that fails in its third part has two to undo */
	CHECK(!som_copy(o, &ev) && ev.major == SOM_USER_EXCEPTION && begun == 2 && ended == 2 && som_class_instances(C) == 1);
	som_env_clear(&ev);
	begun = ended = 0; /* an assignment has nothing: both objects are there as they were */
	CHECK(som_assign(o, o, &ev) == SOM_OK && begun == 0);
	som_ref p = som_new(C, &ev);
	begun = ended = 0;
	CHECK(som_assign(o, p, &ev) == SOM_E_RAISED && begun == 2 && ended == 0);
	som_env_clear(&ev);
	som_release(p);
	ended = 0; /* who says twice that it has left is undone once */
	som_making *m = som_begin(B, &ev);
	som_enter(m, B);
	som_enter_default(m, A, &ev);
	for (int i = 0; i < 9; i++)
		som_leave(m, B);
	som_raise_user(&ev, "IDL:test/No:1.0", NULL, NULL);
	CHECK(!som_end(m, &ev) && ended == 2 && som_class_instances(B) == 0);
	som_env_clear(&ev);
	refuse_from = 1; /* for the object, and not for what it is made with; nor for what is to be said of that */
	CHECK(!som_begin(B, &ev) && ev.code == SOM_E_MEMORY && som_class_instances(B) == 0);
	refuse_from = -1;
	som_env_clear(&ev);
	const char *of_b[] = {"B"};
	const som_override late = {"somDefaultConstCopyInit", (som_proc *)copy_and_refuse, NULL};
	const som_class_desc d = {.size_of = sizeof d, .name = "D", .parents = of_b, .nparents = 1, .overrides = &late, .noverrides = 1, .override_size = sizeof late};
	som_class *D = som_class_define(&d, &ev);
	som_ref q = som_new(D, &ev);
	begun = ended = 0; /* what raises when all has been copied has all of it to undo */
	CHECK(!som_copy(q, &ev) && ev.major == SOM_USER_EXCEPTION && parts_copied == 2 && ended == 2 && som_class_instances(D) == 1);
	som_env_clear(&ev);
	som_release(q);
	CHECK(som_class_unload(D, &ev) == SOM_OK);
	const char *of_classes[] = {"SOMClass"}, *of_c[] = {"B"};
	const som_override raw = {"somNewNoInit", (som_proc *)raw_of_given, NULL};
	const som_class_desc m1 = {.size_of = sizeof m1, .name = "Giver", .parents = of_classes, .nparents = 1, .overrides = &raw, .noverrides = 1, .override_size = sizeof raw};
	const som_class_desc e = {.size_of = sizeof e, .name = "E", .parents = of_c, .nparents = 1, .metaclass = "Giver"};
	som_class *giver = som_class_define(&m1, &ev), *E = som_class_define(&e, &ev);
	given = part("F", "E", copy, &ev);
	begun = ended = 0;
	som_ref f = som_end(som_begin(E, &ev), &ev); /* of the class that it is, whichever was asked */
	CHECK(f && som_class_of(f) == given && begun == 3);
	som_release(f);
	CHECK(ended == 3 && som_class_instances(E) == 0 && som_class_instances(given) == 0);
	CHECK(som_class_unload(given, &ev) == SOM_OK && som_class_unload(E, &ev) == SOM_OK && som_class_unload(giver, &ev) == SOM_OK);
	som_release(o);
	CHECK(som_class_instances(C) == 0 && som_class_unload(C, &ev) == SOM_OK && som_class_unload(B, &ev) == SOM_OK && som_class_unload(A, &ev) == SOM_OK);
}

/* ---- What others have already that cannot be begun ---- */

static som_ref met;
static pthread_t meets;
static int let_go_of;
static void meet(som_ref o) { met = som_retain(o); }
static void *give_back(void *o) {
	while (!load(&let_go_of))
		sched_yield();
	return som_release(o), NULL;
}

static void show(som_ref o, som_env *ev, void *how) {
	meet(o);
	if (!strcmp(how, "thread")) {
		pthread_create(&meets, NULL, give_back, som_retain(o));
		store(&let_go_of, 1); /* while it is undone */
	}
	som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL);
}
static void begin_quietly(som_ref o, som_env *ev, void *how) { (void)o, (void)ev, (void)how; }
static void show_copy(som_ref o, som_ref from, som_env *ev, void *how) { (void)from, show(o, ev, how); }

static long blocks;
static void *counted(size_t n) { return __atomic_add_fetch(&blocks, 1, __ATOMIC_RELAXED), malloc(n); }
static void uncounted(void *p) { if (p) __atomic_sub_fetch(&blocks, 1, __ATOMIC_RELAXED), free(p); }

static som_ref by_new(som_class *c, som_env *ev) { return som_new(c, ev); }
static som_ref by_initializer(som_class *c, som_env *ev) { return som_end(som_begin(c, ev), ev); }
static som_ref copy_from;
static som_ref by_copy(som_class *c, som_env *ev) { return (void)c, som_copy(copy_from, ev); }

static void undone(void) {
	som_env ev = {0};
	const som_hooks hooks = {.size_of = sizeof hooks, .allocate = counted, .deallocate = uncounted};
	static const struct { const char *name; som_ref (*make)(som_class *c, som_env *ev); uint32_t align; const char *how; } ways[] = {
		{"New", by_new, 8, ""}, {"Wide", by_new, 64, ""}, {"Made", by_initializer, 8, ""}, {"Copied", by_copy, 64, ""}, {"Thread", by_new, 8, "thread"}, {"Again", by_copy, 8, "thread"}};
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		bool copies = ways[i].make == by_copy;
		som_class *A = part("A", NULL, copy, &ev);
		const char *above[] = {"A"};
		const som_class_desc d = {.size_of = sizeof d, .name = ways[i].name, .parents = above, .nparents = 1, .init = copies ? begin_quietly : show, .fini = fini, .copy = show_copy, .assign = show_copy,
			.context = (char *)(uintptr_t)ways[i].how, .data_size = 24, .data_align = ways[i].align};
		som_class *c = som_class_define(&d, &ev);
		som_found f = {.size_of = sizeof f};
		CHECK(c && som_lookup(c, "somGetSize", &f, &ev) == SOM_OK);
		if (copies) copy_from = som_new(c, &ev);
		for (int times = 0; times < 3; times++) {
			store(&let_go_of, 0);
			begun = ended = 0;
			CHECK(!ways[i].make(c, &ev) && ev.major == SOM_USER_EXCEPTION && begun == 1 && ended == 1);
			som_env_clear(&ev);
			CHECK(som_class_instances(c) == (uint64_t)copies);
			long before = __atomic_load_n(&blocks, __ATOMIC_RELAXED);
			((int32_t(*)(som_ref, som_env *))som_resolve(met, f.token))(met, &ev); /* what was met is an object that was destroyed */
			CHECK(refused(&ev, SOM_E_FREED, "destroyed"));
			REFUSED(!som_weak_new(met, &ev), SOM_E_FREED);
			CHECK(!som_is_a(met, c) && som_retain(met) == met);
			som_release(met);
			if (*ways[i].how) pthread_join(meets, NULL);
			else CHECK(before == __atomic_load_n(&blocks, __ATOMIC_RELAXED));
			before = __atomic_load_n(&blocks, __ATOMIC_RELAXED);
			som_release(met); /* and goes with the last reference */
			CHECK(__atomic_load_n(&blocks, __ATOMIC_RELAXED) == before - 1);
		}
		if (copies) som_release(copy_from);
		CHECK(som_class_unload(c, &ev) == SOM_OK && som_class_unload(A, &ev) == SOM_OK);
	}
}

/* ---- The last reference, and a weak one that is asked meanwhile ---- */

enum { BATCHES = 4, BATCH = 20000 };
static som_weak *weak[BATCH];
static int dead[BATCH];           /* those that ended; atomic */
static int next, batch, looked_at; /* which is being released, in which batch; which batches the other thread is done with; atomic */

static void dies(som_ref o, void *context) { (void)context, store(&dead[*(int *)((char *)o + SOM_HEAD)], 1); }

/* Asks the weak references to what is just being released. An object that one gives is held, and must not end. */
static void *look(void *found_ended) {
	for (int b = 1; b <= BATCHES; b++) {
		while (load(&batch) < b)
			sched_yield();
		for (int i; (i = load(&next)) < BATCH;) {
			som_ref o = som_weak_get(weak[i]);
			if (!o) continue;
			for (int n = 0; n < 30; n++)
				if (load(&dead[i])) store(found_ended, 1);
			if (load(found_ended)) break; /* it is nobody's memory */
			som_release(o);
		}
		store(&looked_at, b);
	}
	return NULL;
}

static void last_reference(void) {
	som_env ev = {0};
	static som_ref all[BATCH];
	pthread_t t;
	int found_ended = 0;
	const som_class_desc d = {.size_of = sizeof d, .name = "Watched", .fini = dies, .data_size = sizeof(int), .data_align = sizeof(int)};
	som_class *c = som_class_define(&d, &ev);
	CHECK(c && pthread_create(&t, NULL, look, &found_ended) == 0);
	for (int b = 1; b <= BATCHES; b++) {
		for (int i = 0; i < BATCH; i++) {
			all[i] = som_new(c, &ev);
			*(int *)((char *)all[i] + SOM_HEAD) = i;
			weak[i] = som_weak_new(all[i], &ev);
			store(&dead[i], 0);
		}
		store(&next, 0);
		store(&batch, b);
		for (int i = 0; i < BATCH; store(&next, ++i)) {
			for (int n = 0; n < i % 64; n++)
				load(&next); /* time for the other thread */
			som_release(all[i]);
		}
		while (load(&looked_at) < b)
			sched_yield();
		for (int i = 0; i < BATCH; i++)
			som_weak_free(weak[i]);
	}
	pthread_join(t, NULL);
	CHECK(!found_ended && som_class_instances(c) == 0);
}

int main(int argc, char **argv) {
	static const struct { const char *name; void (*run)(void); } all[] = {{"nothing", nothing}, {"no-class", no_class}, {"halfway", halfway}, {"undone", undone}, {"last-reference", last_reference}};
	for (int i = 1; i < argc; i++)
		for (size_t c = 0; c < sizeof all / sizeof *all; c++)
			if (!strcmp(argv[i], all[c].name)) {
				all[c].run();
				puts("ok");
				return 0;
			}
	return 2;
}
