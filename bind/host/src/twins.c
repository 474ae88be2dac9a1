/* twins.c: which object of the host's stands for which of libsom's: an open table, at most three quarters full. Threads that a host has. */
#include "inner.h"

#include <pthread.h>

typedef struct entry { som_ref o; void *twin; } entry;

struct somh_twins {
	entry *entries;
	size_t mask, count; /* places, less one: a power of two */
};

enum { PLACES = 64 };

somh_twins *somh_twins_new(void) {
	somh_twins *t = calloc(1, sizeof *t);
	if (t) t->entries = calloc(PLACES, sizeof *t->entries), t->mask = PLACES - 1;
	if (t && !t->entries) free(t), t = NULL;
	return t;
}

void somh_twins_free(somh_twins *t) {
	if (t) free(t->entries);
	free(t);
}

static size_t place(const somh_twins *t, som_ref o) { return (size_t)(((uint64_t)(uintptr_t)o >> 4) * 0x9E3779B97F4A7C15u >> 32) & t->mask; }

void *somh_twin(const somh_twins *t, som_ref o) {
	for (size_t i = place(t, o); t->entries[i].o; i = (i + 1) & t->mask)
		if (t->entries[i].o == o) return t->entries[i].twin;
	return NULL;
}

/* Takes an entry out, and moves those behind it up that stood there for its sake. */
static void take_out(somh_twins *t, size_t hole) {
	for (size_t i = (hole + 1) & t->mask; t->entries[i].o; i = (i + 1) & t->mask) {
		size_t wants = place(t, t->entries[i].o);
		if (((i - wants) & t->mask) < ((i - hole) & t->mask)) continue; /* it stands between where it wants to be and the hole */
		t->entries[hole] = t->entries[i];
		hole = i;
	}
	t->entries[hole] = (entry){NULL, NULL};
	t->count--;
}

static int resize(somh_twins *t, size_t places) {
	somh_twins to = {calloc(places, sizeof(entry)), places - 1, t->count};
	if (!to.entries) return 0;
	for (size_t i = 0; i <= t->mask; i++) {
		if (!t->entries[i].o) continue;
		size_t at = place(&to, t->entries[i].o);
		while (to.entries[at].o) at = (at + 1) & to.mask;
		to.entries[at] = t->entries[i];
	}
	free(t->entries);
	*t = to;
	return 1;
}

int somh_twin_set(somh_twins *t, som_ref o, void *twin) {
	size_t i = place(t, o);
	while (t->entries[i].o && t->entries[i].o != o) i = (i + 1) & t->mask;
	if (!twin) {
		if (t->entries[i].o) take_out(t, i);
		if (t->mask >= PLACES && t->count < t->mask / 8) resize(t, (t->mask + 1) / 2); /* with no memory it stays large */
		return 1;
	}
	if (!t->entries[i].o) {
		if ((t->count + 1) * 4 > t->mask * 3) {
			if (!resize(t, (t->mask + 1) * 2)) return 0;
			for (i = place(t, o); t->entries[i].o;) i = (i + 1) & t->mask;
		}
		t->count++;
	}
	t->entries[i] = (entry){o, twin};
	return 1;
}

size_t somh_twins_count(const somh_twins *t) { return t->count; }

int somh_doubt(const somh_class *c, som_ref o, som_weak **doubt) {
	*doubt = NULL;
	return !c->nmade || somh_begun(c, o) || (*doubt = som_weak_new(o, NULL));
}

int somh_there(som_weak **doubt, som_ref o, somh_twins *t, const void *twin, int owns) {
	if (!*doubt || som_weak_lives(*doubt)) return 1;
	if (t && somh_twin(t, o) == twin) somh_twin_set(t, o, NULL);
	som_weak_free(*doubt);
	*doubt = NULL;
	if (owns) som_release(o); /* of what it is no more there is nothing to call */
	return 0;
}

static uint32_t references(som_ref o) { return __atomic_load_n(&o->refs, __ATOMIC_ACQUIRE); }
int somh_shared(som_ref o) { return references(o) > 1; }
int somh_ending(som_ref o) { return references(o) == 0; }
