/* single.c: SOMMSingleInstance: one instance, until its last reference is given back. */
#include "meta.h"

#include <pthread.h>

known single_instance;

typedef struct single { /* a class's data */
	pthread_mutex_t mutex;
	som_weak *one;
} single;

static single *single_of(som_ref c) { return som_data(c, single_instance.c.data); }

static void begin(som_ref c, som_env *ev, void *context) {
	(void)ev, (void)context;
	pthread_mutex_init(&single_of(c)->mutex, NULL);
}

static void end(som_ref c, void *context) {
	(void)context;
	som_weak_free(single_of(c)->one);
	pthread_mutex_destroy(&single_of(c)->mutex);
}

static som_ref new(som_ref c, som_env *ev) {
	single *s = single_of(c);
	pthread_mutex_lock(&s->mutex);
	som_ref o = som_weak_get(s->one);
	if (!o && (o = next_new(&single_instance, c, ev))) {
		som_weak *w = som_weak_new(o, ev);
		if (w) {
			som_weak_free(s->one);
			s->one = w;
		} else {
			som_release(o);
			o = NULL;
		}
	}
	pthread_mutex_unlock(&s->mutex);
	return o;
}

static som_ref get(som_ref c, som_env *ev) { return som_new((som_class *)c, ev); }

/* Gives back the reference of whoever calls it. */
static void free_one(som_ref c, som_env *ev) {
	single *s = single_of(c);
	pthread_mutex_lock(&s->mutex);
	som_ref o = som_weak_get(s->one);
	pthread_mutex_unlock(&s->mutex);
	if (!o) refuse(ev, SOM_E_FREED, "OBJECT_NOT_EXIST", "class %s has no instance", info((som_class *)c)->name);
	som_release(o); /* som_weak_get's own */
	som_release(o);
}

static const char *const parents[] = {"SOMClass"};
static const som_method methods[] = {METHOD("sommGetSingleInstance", "o:", get), METHOD("sommFreeSingleInstance", "v:", free_one)};
static const som_override overrides[] = {{"somNew", (som_proc *)new, NULL}};

const som_class_desc single_instance_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMSingleInstance", .major = 2, .minor = 2,
	.parents = parents, .nparents = 1,
	.introduces = methods, .nintroduces = COUNT(methods), .method_size = sizeof(som_method), .overrides = overrides, .noverrides = 1,
	.override_size = sizeof(som_override),
	.data_size = sizeof(single), .data_align = _Alignof(single), .init = begin, .fini = end};
