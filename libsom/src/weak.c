/* weak.c: weak references: found by their objects in one table, with a lock that nothing else is taken under. */
#include "kernel.h"

struct som_weak {
	som_weak *next;
	som_ref o; /* NULL once its destruction has begun */
};

static som_weak **buckets;
static size_t nbuckets, nweak;

static som_weak **bucket(som_weak **all, size_t n, som_ref o) {
	uintptr_t h = (uintptr_t)o / SOM_HEAD;
	return &all[(h ^ h >> 9) % n];
}

static bool widen(void) {
	size_t n = nbuckets ? nbuckets * 2 : 64;
	som_weak **wide = take(n * sizeof *wide);
	if (!wide) return nbuckets > 0;
	for (size_t i = 0; i < nbuckets; i++)
		for (som_weak *w = buckets[i], *next; w; w = next) {
			som_weak **to = bucket(wide, n, w->o);
			next = w->next;
			w->next = *to;
			*to = w;
		}
	give(buckets);
	buckets = wide;
	nbuckets = n;
	return true;
}

som_weak *som_weak_new(som_ref o, som_env *ev) {
	if (!o || is_freed(o)) {
		fail(ev, SOM_E_FREED, "a weak reference to an object at %p that has been destroyed", (void *)o);
		return NULL;
	}
	if (__atomic_load_n(&o->flags, __ATOMIC_RELAXED) & F_CLASS) { /* others may be making weak references too */
		fail(ev, SOM_E_TYPE, "a weak reference to the class %s: classes end by being unloaded", K((som_class *)o)->info.name);
		return NULL;
	}
	som_weak *w = take(sizeof *w);
	weak_lock();
	if (w && nweak >= nbuckets && !widen()) {
		give(w);
		w = NULL;
	}
	if (w) {
		som_weak **at = bucket(buckets, nbuckets, o);
		*w = (som_weak){.next = *at, .o = o};
		*at = w;
		nweak++;
		__atomic_or_fetch(&o->flags, F_WEAK, __ATOMIC_RELEASE);
	}
	weak_unlock();
	if (!w) no_memory(ev, "a weak reference");
	return w;
}

som_ref som_weak_get(som_weak *w) {
	if (!w) return NULL;
	weak_lock();
	som_ref o = w->o;
	uint32_t refs = o ? __atomic_load_n(&o->refs, __ATOMIC_RELAXED) : 0;
	while (refs && !__atomic_compare_exchange_n(&o->refs, &refs, refs + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		;
	weak_unlock();
	return refs ? o : NULL;
}

static void unlink_weak(som_weak **at, som_weak *w) {
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	nweak--;
}

void som_weak_free(som_weak *w) {
	if (!w) return;
	weak_lock();
	if (w->o) unlink_weak(bucket(buckets, nbuckets, w->o), w);
	weak_unlock();
	give(w);
}

void weak_clear(som_ref o) {
	weak_lock();
	for (som_weak **at = bucket(buckets, nbuckets, o); *at;) {
		som_weak *w = *at;
		if (w->o != o) {
			at = &w->next;
			continue;
		}
		w->o = NULL;
		*at = w->next;
		nweak--;
	}
	weak_unlock();
}
