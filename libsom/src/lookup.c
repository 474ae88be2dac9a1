/*
 * lookup.c: methods by name.
 *
 * What som_find found it remembers by row and name. An entry is guarded by its own sequence: odd while somebody writes, and
 * changed when somebody has; who cannot write at once does not remember, who reads in between looks the name up. An entry
 * holds the distance from the object's row to the word that holds the procedure, so that a replaced method is found at
 * once; what changes where a name leads (a dynamic method, an unloaded class) begins a new generation.
 */
#include "kernel.h"

bool name_ok(const char *name, size_t limit, bool scoped) {
	if (!name || !memchr(name, 0, limit + 1)) return false;
	for (;; name += 2) {
		size_t n = strspn(name, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
		if (n == 0 || (*name >= '0' && *name <= '9')) return false;
		name += n;
		if (!*name) return true;
		if (!scoped || strncmp(name, "::", 2)) return false;
	}
}

int methods_by_name(const void *a, const void *b) { return strcmp((*(const som_method_info *const *)a)->name, (*(const som_method_info *const *)b)->name); }

const som_method_info *own_method(const klass *k, const char *name) {
	const som_method_info key = {.name = name}, *wanted = &key;
	const som_method_info **at = bsearch(&wanted, k->by_name, k->info.nintroduces, sizeof wanted, methods_by_name);
	return at ? *at : NULL;
}

const klass *class_in(const klass *k, const char *name, size_t n) {
	for (uint32_t i = 0; i < k->info.norder; i++)
		if (!strncmp(order_at(k, i)->info.name, name, n) && !order_at(k, i)->info.name[n]) return order_at(k, i);
	return NULL;
}

static const dynamic *own_dynamic(const klass *k, const char *name) {
	const dynamic *d = __atomic_load_n(&k->dynamics, __ATOMIC_ACQUIRE);
	while (d && strcmp(d->name, name)) d = d->next;
	return d;
}

/* Where a method that k introduces, or had migrated, really is. */
static found really(const klass *k, const som_method_info *m) {
	for (; m->migrated; m = own_method(k, m->name)) /* it was there when k was made */
		k = K(m->migrated);
	return (found){.in = k, .info = m};
}

static int qualified(const klass *k, const char *name, const char *at, found *f, som_env *ev) {
	const klass *in = class_in(k, name, (size_t)(at - name));
	const som_method_info *m = in ? own_method(in, at + 2) : NULL;
	if (m)
		*f = really(in, m);
	else if (in && (f->dyn = own_dynamic(in, at + 2)))
		f->in = in;
	else return fail(ev, SOM_E_UNKNOWN, "class %s: there is no method %.600s%s", k->info.name, name, in ? "" : ", since it has no such ancestor");
	return SOM_OK;
}

int lookup(const klass *k, uint32_t from, const char *name, found *f, som_env *ev) {
	*f = (found){0};
	const char *colon = strrchr(name, ':'); /* the last of two */
	if (colon && colon > name) return qualified(k, name, colon - 1, f, ev);
	for (uint32_t i = from; i < k->info.norder; i++) {
		const klass *a = order_at(k, i);
		const som_method_info *m = own_method(a, name);
		if (m && !m->migrated && f->in)
			return fail(ev, SOM_E_AMBIGUOUS, "class %s: %s is both %s::%s and %s::%s; say which", k->info.name, name, f->in->info.name, name, a->info.name, name);
		if (m && !m->migrated)
			*f = (found){.in = a, .info = m};
		else if (!f->in && (f->dyn = own_dynamic(a, name)))
			return f->in = a, SOM_OK;
	}
	return f->in ? SOM_OK : fail(ev, SOM_E_UNKNOWN, "class %s has no method %.300s", k->info.name, name);
}

int lookup_slot(const klass *k, bool itself, const char *name, found *f, som_env *ev) {
	int code = name ? lookup(k, itself ? 0 : 1, name, f, ev) : fail(ev, SOM_E_METHOD, "class %s: a method without a name", k->info.name);
	if (code == SOM_OK && !itself && f->in == k)
		code = fail(ev, SOM_E_METHOD, "class %s: %s is its own, no ancestor's", k->info.name, name);
	else if (code == SOM_OK && (!f->info || f->info->kind == SOM_PROCEDURE))
		code = fail(ev, SOM_E_METHOD, "class %s: %s has no place in the table", k->info.name, name);
	return code;
}

/* The word that holds what a call on an instance of k runs. */
static som_proc *const *word_of(const klass *k, const found *f) {
	if (!f->info) return &f->dyn->proc;
	return f->info->kind == SOM_PROCEDURE ? &f->in->procs[f->info - f->in->info.introduces] : word_at(front_of(k), f->info->token);
}

int som_lookup(const som_class *c, const char *method, som_found *to, som_env *ev) {
	const klass *k = K(c);
	found f;
	if (!is_class(c, ev)) return SOM_E_TYPE;
	if (!method || !to) return fail(ev, SOM_E_UNKNOWN, "class %s: a lookup without a name, or without room for what is found", k->info.name);
	int code = lookup(k, 0, method, &f, ev);
	if (code != SOM_OK) return code;
	som_found all = {.size_of = to->size_of, .kind = f.info ? f.info->kind : SOM_DYNAMIC, .token = f.info ? f.info->token : 0,
		.proc = __atomic_load_n(word_of(k, &f), __ATOMIC_RELAXED), .sig = f.info ? f.info->sig : f.dyn->sig, .from = C(f.in)};
	const klass *own = all.token ? owner(k, all.token) : f.in;
	all.owner = own ? C(own) : NULL;
	all.own = own && own != f.in && all.token ? own_signature(own, all.token) : all.sig;
	const char *as = to->size_of >= offsetof(som_found, own) ? to->as : NULL; /* by a signature without letters nothing is called that keeps a place */
	code = check_signature(k, method, as && *as == '/' && all.kind != SOM_PROCEDURE && !all.sig ? "(none)" : all.sig, as, false, ev ? ev : &aloud);
	if (code == SOM_OK) memcpy(to, &all, to->size_of < sizeof all ? to->size_of : sizeof all);
	return code;
}

int som_class_add(som_class *c, const char *name, const char *sig, som_proc *proc, som_env *ev) {
	klass *k = K(c);
	int code = changeable(c, ev);
	if (code != SOM_OK) return code;
	if (!name_ok(name, MAX_NAME, false))
		return fail(ev, SOM_E_NAME, "class %s: a dynamic method's name must be an identifier of at most %d octets", k->info.name, MAX_NAME);
	if (!proc) return fail(ev, SOM_E_METHOD, "class %s: the dynamic method %s has no procedure", k->info.name, name);
	const char *made = sig ? signature(sig, false, ev) : NULL;
	if (sig && !made) return SOM_E_METHOD;
	LOCKED;
	if (own_method(k, name) || own_dynamic(k, name)) return fail(ev, SOM_E_METHOD, "class %s has a method %s of its own already", k->info.name, name);
	dynamic *d = pool_take(k, sizeof *d);
	char *text = d ? pool_text(k, name, strlen(name)) : NULL;
	if (!text) return no_memory(ev, "a dynamic method");
	*d = (dynamic){.next = k->dynamics, .name = text, .sig = made, .proc = proc};
	__atomic_store_n(&k->dynamics, d, __ATOMIC_RELEASE);
	return forget_lookups(), SOM_OK;
}

int som_class_dynamics(const som_class *c, int (*see)(const char *name, const char *sig, som_proc *proc, void *context), void *context) {
	int answer = a_class(c) ? 0 : SOM_E_TYPE;
	for (const dynamic *d = answer == 0 ? __atomic_load_n(&K(c)->dynamics, __ATOMIC_ACQUIRE) : NULL; d && answer == 0; d = d->next)
		answer = see(d->name, d->sig, d->proc, context);
	return answer;
}

/* ---- What was found before ---- */

enum { CACHE = 1 << 10 };

typedef struct entry { /* a cache line */
	_Alignas(64) uint32_t sequence;
	uint32_t generation;
	const char *mt, *sig;
	const som_name *name;
	intptr_t at; /* from mt: the word with the procedure */
} entry;

static entry cache[CACHE];
entry *remembrance = cache; /* a variable, lest the compiler compute the address of each field by itself: two cycles in fourteen */
static uint32_t generation = 1;

void forget_lookups(void) { __atomic_add_fetch(&generation, 1, __ATOMIC_RELEASE); }

static entry *entry_for(const char *mt, const som_name *name) {
	uintptr_t h = (uintptr_t)mt / WORD_SIZE;
	return &remembrance[((h ^ h >> 10) + name->hash) % CACHE];
}

/* The sequence's fence is a load that orders, not a fence, which thread checkers do not know: all fields are loaded acquiring. */
#define ACQUIRE(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)

static inline bool remembered(const char *mt, const som_name *name, intptr_t *at, const char **sig) {
	entry *e = entry_for(mt, name);
	uint32_t s = ACQUIRE(e->sequence);
	if (__builtin_expect(ACQUIRE(e->mt) != mt || ACQUIRE(e->name) != name || ACQUIRE(e->generation) != ACQUIRE(generation), 0)) return false;
	*at = ACQUIRE(e->at);
	if (sig) *sig = ACQUIRE(e->sig);
	return ACQUIRE(e->sequence) == (s & ~1u); /* and even */
}

static void remember(const char *mt, const som_name *name, uint32_t at_generation, intptr_t at, const char *sig) {
	entry *e = entry_for(mt, name);
	uint32_t s = ACQUIRE(e->sequence);
	if (s & 1 || !__atomic_compare_exchange_n(&e->sequence, &s, s + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return;
	__atomic_store_n(&e->mt, mt, __ATOMIC_RELEASE);
	__atomic_store_n(&e->name, name, __ATOMIC_RELEASE);
	__atomic_store_n(&e->generation, at_generation, __ATOMIC_RELEASE);
	__atomic_store_n(&e->at, at, __ATOMIC_RELEASE);
	__atomic_store_n(&e->sig, sig, __ATOMIC_RELEASE);
	__atomic_store_n(&e->sequence, s + 2, __ATOMIC_RELEASE);
}

static som_proc *find_slowly(const som_object *o, const som_name *name, const char **sig, som_env *ev) {
	if (is_freed(o)) return freed_call((som_ref)(uintptr_t)o, ev), NULL;
	uint32_t g = ACQUIRE(generation);
	const klass *k = class_of(o);
	const char *mt = o->mt;
	found f;
	if (lookup(k, 0, name->text, &f, ev) != SOM_OK) return NULL;
	som_proc *const *word = word_of(k, &f);
	const char *its = f.info ? f.info->sig : f.dyn->sig;
	if (sig) *sig = its;
	if (!__atomic_load_n(word, __ATOMIC_RELAXED)) return (som_proc *)no_implementation;
	remember(mt, name, g, (intptr_t)((uintptr_t)word - (uintptr_t)mt), its);
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline som_proc *find(const som_object *o, const som_name *name, const char **sig, som_env *ev) {
	intptr_t at;
	const char *mt = o->mt;
	if (__builtin_expect(remembered(mt, name, &at, sig), 1)) return __atomic_load_n((som_proc **)((uintptr_t)mt + (uintptr_t)at), __ATOMIC_RELAXED);
	return find_slowly(o, name, sig, ev);
}

som_proc *som_find(const som_object *o, const som_name *name, som_env *ev) { return find(o, name, NULL, ev); }

som_proc *find_signed(const som_object *o, const char *text, const char **sig, som_env *ev) {
	found f;
	const som_name *name = interned(text);
	if (!name && lookup(class_of(o), 0, text, &f, ev) == SOM_OK) /* made only for what there is, so that asking in vain takes no memory */
		name = som_name_of(text, ev);
	return name ? find(o, name, sig, ev) : NULL;
}
