/* extent.c: SOMMExtentManaged, which knows the instances of a class that live, and SOMMTimeStamped, which knows when a method of one
 * was last called. Both keep a table by object. */
#define _POSIX_C_SOURCE 200809L
#include "meta.h"

#include <time.h>

known extent, stamped;

enum { BUCKETS = 256 };

typedef struct entry {
	struct entry *next;
	som_ref o;
	som_weak *weak; /* of SOMMExtentManaged */
	int64_t stamp;  /* of SOMMTimeStamped */
} entry;

typedef struct table { /* a class's data */
	entry *buckets[BUCKETS];
} table;

static entry **find(table *t, som_ref o) {
	entry **at = &t->buckets[(uintptr_t)o / 16 % BUCKETS];
	while (*at && (*at)->o != o)
		at = &(*at)->next;
	return at;
}

static void drop(entry **at) {
	entry *e = *at;
	__atomic_store_n(at, e->next, __ATOMIC_RELEASE);
	som_weak_free(e->weak);
	som_deallocate(e);
}

static void end(som_ref c, void *context) {
	table *t = som_data(c, ((const known *)context)->c.data);
	for (int i = 0; i < BUCKETS; i++)
		while (t->buckets[i])
			drop(&t->buckets[i]);
}

/* Notes of an object what is new, and says whether there was memory for it. */
static bool put(table *t, entry what) {
	data_lock(t);
	entry **at = find(t, what.o), *e = *at;
	som_weak *unused = e ? what.weak : NULL;
	if (e)
		e->stamp = what.stamp;
	else if ((e = som_allocate(sizeof *e))) {
		*e = what;
		__atomic_store_n(at, e, __ATOMIC_RELEASE);
	}
	data_unlock(t);
	som_weak_free(e ? unused : what.weak);
	return e != NULL;
}

static void forget(table *t, som_ref o) {
	data_lock(t);
	entry **at = find(t, o);
	if (*at) drop(at);
	data_unlock(t);
}

static table *table_of(som_class *c, const known *property) { return som_data(&c->object, property->c.data); }

/* ---- SOMMExtentManaged ---- */

static uint8_t leave(som_ref c, som_env *ev, som_call *call) {
	(void)c, (void)ev;
	if (call->life == SOM_CALL_ENDS) forget(table_of(call->cls, &extent), call->object);
	return 1;
}

static void join(som_ref c, som_env *ev, som_call *call) {
	if (call->life != SOM_CALL_BEGINS || call->ev->major != SOM_NO_EXCEPTION) return;
	som_weak *w = som_weak_new(call->object, ev);
	if (w && !put(table_of((som_class *)c, &extent), (entry){.o = call->object, .weak = w}))
		refuse(ev, SOM_E_MEMORY, "NO_MEMORY", "no memory for the extent of class %s", info(call->cls)->name);
}

/* References to the instances that live, if there are at most room; else nothing but how many there may be. */
static uint64_t gather(table *t, som_ref *to, uint64_t room) {
	uint64_t entries = 0, all = 0;
	data_lock(t);
	for (int i = 0; i < BUCKETS; i++)
		for (const entry *e = t->buckets[i]; e; e = e->next)
			entries++;
	for (int i = 0; i < BUCKETS && entries <= room; i++)
		for (const entry *e = t->buckets[i]; e; e = e->next)
			if ((to[all] = som_weak_get(e->weak))) all++;
	data_unlock(t);
	return entries > room ? entries : all;
}

int64_t som_extent(som_class *c, som_ref *to, uint32_t n, som_env *ev) {
	if (!extent.c.cls || !has(c, &extent)) return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "class %s: its metaclass is no SOMMExtentManaged", info(c)->name), -1;
	table *t = table_of(c, &extent);
	som_ref *some = NULL; /* references to those that live; given up without the lock, since an end takes it */
	uint64_t room = 0, all;
	while ((all = gather(t, some, room)) > room) {
		som_deallocate(some);
		some = all < SIZE_MAX / sizeof *some ? som_allocate((size_t)all * sizeof *some) : NULL;
		if (!some) return refuse(ev, SOM_E_MEMORY, "NO_MEMORY", "no memory for the extent of class %s", info(c)->name), -1;
		room = all;
	}
	for (uint64_t i = 0; i < all; i++) {
		if (i < n)
			to[i] = some[i];
		else
			som_release(some[i]);
	}
	som_deallocate(some);
	return (int64_t)all;
}

static const char *const parents[] = {"SOMMBeforeAfter"};
static const som_override extent_overrides[] = {{"sommBeforeMethod", (som_proc *)leave, NULL}, {"sommAfterMethod", (som_proc *)join, NULL}};
const som_class_desc extent_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMExtentManaged", .parents = parents, .nparents = 1,
	.overrides = extent_overrides, .noverrides = COUNT(extent_overrides), .override_size = sizeof(som_override),
	.data_size = sizeof(table), .data_align = _Alignof(table), .fini = end, .context = &extent};

/* ---- SOMMTimeStamped ---- */

static void stamp(som_ref c, som_env *ev, som_call *call) {
	table *t = table_of((som_class *)c, &stamped);
	struct timespec now;
	(void)ev;
	if (call->life == SOM_CALL_ENDS || (call->life == SOM_CALL_BEGINS && call->ev->major != SOM_NO_EXCEPTION)) {
		forget(t, call->object);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	put(t, (entry){.o = call->object, .stamp = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec});
}

int64_t som_stamp(som_ref o, som_env *ev) {
	som_class *c = som_class_of(o);
	if (!stamped.c.cls || !has(c, &stamped)) return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "class %s: its metaclass is no SOMMTimeStamped", info(c)->name), -1;
	table *t = table_of(c, &stamped);
	data_lock(t);
	const entry *e = *find(t, o);
	int64_t at = e ? e->stamp : 0;
	data_unlock(t);
	return at;
}

static const som_override stamped_overrides[] = {{"sommAfterMethod", (som_proc *)stamp, NULL}};
const som_class_desc stamped_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMTimeStamped", .parents = parents, .nparents = 1,
	.overrides = stamped_overrides, .noverrides = COUNT(stamped_overrides), .override_size = sizeof(som_override),
	.data_size = sizeof(table), .data_align = _Alignof(table), .fini = end, .context = &stamped};
