/* extent.c: SOMMExtentManaged, which knows the instances of a class that live, and SOMMTimeStamped, which knows when a method of one
 * was last called. Both keep a table by object. */
#define _POSIX_C_SOURCE 200809L
#include "meta.h"
#include "places.h"

#include <time.h>

known extent, stamped;

/* Where the place of an object is, or would be made, unless one on the way is free. */
static place **find(table *t, som_ref o, place **unused) {
	place **at = &t->top;
	*unused = NULL;
	for (uint64_t hash = (uintptr_t)o * UINT64_C(0x9e3779b97f4a7c15); *at && (*at)->o != o; hash <<= 2) { /* odd: no two have one */
		if (!(*at)->o && !*unused) *unused = *at;
		at = &(*at)->below[hash >> 62];
	}
	return at;
}

static void drop(place *p) {
	if (!p->o) return;
	__atomic_store_n(&p->o, NULL, __ATOMIC_RELEASE);
	som_weak_free(p->weak);
}

static void end_below(place *p) {
	if (!p) return;
	for (int i = 0; i < 4; i++)
		end_below(p->below[i]);
	drop(p);
	som_deallocate(p);
}

static void end(som_ref c, void *context) {
	table *t = som_data(c, ((const known *)context)->c.data);
	end_below(t->top);
}

/* Notes of an object what is new, and says whether there was memory for it. */
static bool put(table *t, som_ref o, som_weak *weak, int64_t stamp) {
	data_lock(t);
	place *unused, **at = find(t, o, &unused), *p = *at;
	const bool known_before = p != NULL;
	if (p)
		p->stamp = stamp;
	else if ((p = unused ? unused : som_allocate(sizeof *p))) {
		p->weak = weak, p->stamp = stamp;
		__atomic_store_n(&p->o, o, __ATOMIC_RELEASE);
		if (!unused) __atomic_store_n(at, p, __ATOMIC_RELEASE);
	}
	data_unlock(t);
	if (known_before || !p) som_weak_free(weak);
	return p != NULL;
}

static void forget(table *t, som_ref o) {
	data_lock(t);
	place *unused, *p = *find(t, o, &unused);
	if (p) drop(p);
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
	if (w && !put(table_of((som_class *)c, &extent), call->object, w, 0))
		refuse(ev, SOM_E_MEMORY, "NO_MEMORY", "no memory for the extent of class %s", info(call->cls)->name);
}

static uint64_t count_below(const place *p) {
	uint64_t n = p && p->o;
	for (int i = 0; p && i < 4; i++)
		n += count_below(p->below[i]);
	return n;
}

static uint64_t gather_below(const place *p, som_ref *to) {
	if (!p) return 0;
	uint64_t n = p->o && (*to = som_weak_get(p->weak));
	for (int i = 0; i < 4; i++)
		n += gather_below(p->below[i], to + n);
	return n;
}

/* References to the instances that live, if there are at most room; else nothing but how many there may be. */
static uint64_t gather(table *t, som_ref *to, uint64_t room) {
	data_lock(t);
	uint64_t all = count_below(t->top);
	if (all > 0 && all <= room) all = gather_below(t->top, to);
	data_unlock(t);
	return all;
}

int64_t som_extent(som_class *c, som_ref *to, uint32_t n, som_env *ev) {
	if (!c || !extent.c.cls || !has(c, &extent)) return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "class %s: its metaclass is no SOMMExtentManaged", name_of(c)), -1;
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
		if (i < n && to)
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
	put(t, call->object, NULL, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

int64_t som_stamp(som_ref o, som_env *ev) {
	som_class *c = o ? som_class_of(o) : NULL;
	if (!c || !stamped.c.cls || !has(c, &stamped)) return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "class %s: its metaclass is no SOMMTimeStamped", name_of(c)), -1;
	table *t = table_of(c, &stamped);
	data_lock(t);
	place *unused;
	const place *p = *find(t, o, &unused);
	int64_t at = p ? p->stamp : 0;
	data_unlock(t);
	return at;
}

static const som_override stamped_overrides[] = {{"sommAfterMethod", (som_proc *)stamp, NULL}};
const som_class_desc stamped_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMTimeStamped", .parents = parents, .nparents = 1,
	.overrides = stamped_overrides, .noverrides = COUNT(stamped_overrides), .override_size = sizeof(som_override),
	.data_size = sizeof(table), .data_align = _Alignof(table), .fini = end, .context = &stamped};
