/* weak.c: weak references: found by their objects in one table, with a lock that nothing else is taken under. */
#include "kernel.h"

struct som_weak { som_weak *next; som_ref o; }; /* o: NULL once its destruction has begun */

enum { BUCKETS = 1 << 16 };
static som_weak *buckets[BUCKETS];

static som_weak **bucket(som_ref o) { uintptr_t h = (uintptr_t)o / SOM_HEAD; return &buckets[(h ^ h >> 9) % BUCKETS]; }

void weak_clear(som_ref o, const som_weak *only) {
	weak_lock();
	o = only ? only->o : o;
	for (som_weak **at = bucket(o), *w; (w = *at);)
		if (only ? w == only : w->o == o) w->o = NULL, *at = w->next;
		else at = &w->next;
	weak_unlock();
}

som_weak *som_weak_new(som_ref o, som_env *ev) {
	if (!o || is_freed(o)) return fail(ev, SOM_E_FREED, "a weak reference to an object at %p that has been destroyed", (void *)o), NULL;
	if (__atomic_load_n(&o->flags, __ATOMIC_RELAXED) & F_CLASS) /* others may be making weak references too */
		return fail(ev, SOM_E_TYPE, "a weak reference to the class %s: classes end by being unloaded", K((som_class *)o)->info.name), NULL;
	som_weak *w = take(sizeof *w), **at = bucket(o);
	if (!w) return no_memory(ev, "a weak reference"), NULL;
	weak_lock();
	*w = (som_weak){.next = *at, .o = o}, *at = w;
	__atomic_or_fetch(&o->flags, F_WEAK, __ATOMIC_RELEASE);
	weak_unlock();
	return w;
}

/* The object, with so many references more, while it has any: its memory goes behind its weak references. */
static som_ref ask(som_weak *w, uint32_t more) {
	if (!w) return NULL;
	weak_lock();
	som_ref o = w->o;
	uint32_t refs = o ? __atomic_load_n(&o->refs, __ATOMIC_RELAXED) : 0;
	while (refs && more && !__atomic_compare_exchange_n(&o->refs, &refs, refs + more, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {}
	weak_unlock();
	return refs ? o : NULL;
}

som_ref som_weak_get(som_weak *w) { return ask(w, 1); }

int som_weak_lives(som_weak *w) { return ask(w, 0) != NULL; }

void som_weak_free(som_weak *w) { if (w) weak_clear(NULL, w), give(w); }
