/* intern.c: texts that are made once: names for lookups, and signatures. */
#include "kernel.h"

enum { BUCKETS = 1 << 12 };
static const som_name *buckets[BUCKETS]; /* only ever added to */

uint32_t hash_text(const char *s) {
	uint32_t h = 2166136261u;
	for (; *s; s++) h = (h ^ (uint8_t)*s) * 16777619u;
	return h;
}

const som_name *interned(const char *text) {
	uint32_t h = hash_text(text);
	const som_name *n = __atomic_load_n(&buckets[h % BUCKETS], __ATOMIC_ACQUIRE);
	while (n && (n->hash != h || strcmp(n->text, text))) n = n->next;
	return n;
}

const som_name *som_name_of(const char *text, som_env *ev) {
	if (!text || strlen(text) > MAX_TEXT) return fail(ev, SOM_E_NAME, "a text of at most %d octets is asked for", MAX_TEXT), NULL;
	const som_name *have = interned(text);
	if (have) return have;
	LOCKED;
	if ((have = interned(text))) return have;
	som_name *n = take(sizeof *n + strlen(text) + 1);
	if (!n) return no_memory(ev, "a name"), NULL;
	n->hash = hash_text(strcpy(n->text, text));
	n->next = buckets[n->hash % BUCKETS];
	__atomic_store_n(&buckets[n->hash % BUCKETS], n, __ATOMIC_RELEASE);
	return n;
}
