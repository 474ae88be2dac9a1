/* single.c: SOMMSingleInstance: one instance, until its last reference is given back. */
#include "meta.h"

known single_instance;

typedef struct single { /* a class's data */
	som_turn turn; /* to make it */
	som_weak *one;
	bool begins;      /* the one is made by an initializer with arguments, which has not ended; atomic */
	som_proc *before; /* what stood in front of the initializer before this did, or NULL */
} single;

static single *single_of(som_ref c) { return som_data(c, single_instance.c.data); }

static void end(som_ref c, void *context) { (void)context, som_weak_free(single_of(c)->one); }

static som_ref living(single *s) {
	data_lock(s);
	som_ref o = som_weak_get(s->one);
	data_unlock(s);
	return o;
}

/* Another one, where there is none; in this thread's turn. */
static som_ref make(single *s, int way, som_ref c, som_env *ev) {
	__atomic_store_n(&s->begins, way == META_RAW, __ATOMIC_RELEASE);
	som_ref o = next_new(&single_instance, way, c, ev, NULL);
	som_weak *w = o ? som_weak_new(o, ev) : NULL;
	if (w) {
		som_weak *old = s->one;
		data_lock(s);
		__atomic_store_n(&s->one, w, __ATOMIC_RELEASE);
		data_unlock(s);
		som_weak_free(old);
	} else if (o) {
		som_release(o);
		o = NULL;
	}
	return o;
}

/* Refused is the second to begin one by an initializer with arguments, which would run in vain, and whoever asks for one that begins. */
static som_ref one(som_ref c, int way, som_env *ev) {
	single *s = single_of(c);
	som_ref o = living(s);
	bool lives = o != NULL;
	if (!lives && som_turn_take(&s->turn, NULL) != SOM_OK)
		return refuse(ev, SOM_E_CYCLE, "BAD_PARAM", "class %s: its one instance is being made, by this thread or one that waits for it", info((som_class *)c)->name), NULL;
	if (!lives) {
		o = living(s);
		lives = o != NULL;
		if (!lives) o = make(s, way, c, ev);
		som_turn_give(&s->turn);
	}
	const bool begins = lives && __atomic_load_n(&s->begins, __ATOMIC_ACQUIRE);
	if (!begins && !(lives && way == META_RAW)) return o;
	som_release(o);
	return refuse(ev, SOM_E_BUSY, "BAD_INV_ORDER", "class %s has its one instance already%s", info((som_class *)c)->name,
		begins ? ", which is being initialised" : ": an initializer with arguments cannot make another"), NULL;
}

static som_ref new(som_ref c, som_env *ev) { return one(c, META_NEW, ev); }
static som_ref raw(som_ref c, som_env *ev) { return one(c, META_RAW, ev); }

static som_ref elsewhere(som_ref c, som_env *ev, void *memory) {
	(void)memory;
	return refuse(ev, SOM_E_METACLASS, "BAD_PARAM", "class %s has one instance, in memory of its own", info((som_class *)c)->name), NULL;
}

/* In front of the initializer of the one. */
static void initialised(som_ref o, som_env *ev, void *control) {
	single *s = single_of((som_ref)som_class_of(o));
	som_proc *next = s->before ? s->before : at(row_of(som_class_of(o)), object.m[OBJECT_INIT]);
	((void (*)(som_ref, som_env *, void *))next)(o, ev, control);
	if (!ev || ev->major == SOM_NO_EXCEPTION) __atomic_store_n(&s->begins, false, __ATOMIC_RELEASE);
}

static void ready(som_ref c, som_env *ev) {
	next_ready(&single_instance, c, ev);
	if (ev->major != SOM_NO_EXCEPTION) return;
	single_of(c)->before = front_of((som_class *)c, "SOMObject::somDefaultInit", object.m[OBJECT_INIT]);
	som_class_front((som_class *)c, object.m[OBJECT_INIT], (som_proc *)initialised, ev);
}

static som_ref get(som_ref c, som_env *ev) { return som_new((som_class *)c, ev); }

/* Gives back the reference of whoever calls it. */
static void free_one(som_ref c, som_env *ev) {
	som_ref o = living(single_of(c));
	if (!o) refuse(ev, SOM_E_FREED, "OBJECT_NOT_EXIST", "class %s has no instance", info((som_class *)c)->name);
	som_release(o); /* som_weak_get's own */
	som_release(o);
}

static const char *const parents[] = {"SOMClass"};
static const som_method methods[] = {METHOD("sommGetSingleInstance", "o:", get), METHOD("sommFreeSingleInstance", "v:", free_one)};
static const som_override overrides[] = {{"somNew", (som_proc *)new, NULL}, {"somNewNoInit", (som_proc *)raw, NULL}, {"somRenew", (som_proc *)elsewhere, NULL},
	{"somRenewNoInit", (som_proc *)elsewhere, NULL}, {"somRenewNoZero", (som_proc *)elsewhere, NULL},
	{"somRenewNoInitNoZero", (som_proc *)elsewhere, NULL}, {"somClassReady", (som_proc *)ready, NULL}};

const som_class_desc single_instance_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMSingleInstance", .major = 2, .minor = 2,
	.parents = parents, .nparents = 1,
	.introduces = methods, .nintroduces = COUNT(methods), .method_size = sizeof(som_method), .overrides = overrides, .noverrides = COUNT(overrides),
	.override_size = sizeof(som_override),
	.data_size = sizeof(single), .data_align = _Alignof(single), .fini = end};
