/* registry.c: the classes of the process by name: finding, substituting, unloading, enumerating. */
#include "kernel.h"

klass *all_classes; /* newest first */
klass *object_class, *class_class, *manager_class;
uint64_t groups;

enum { BUCKETS = 1 << 14 }; /* for at most 65,535 classes */
static klass *buckets[BUCKETS];

klass *registered(const char *name) {
	uint32_t h = hash_text(name);
	klass *k = buckets[h % BUCKETS];
	while (k && (k->hash != h || strcmp(k->info.name, name))) k = k->named;
	return k;
}

klass *known(const char *name) {
	klass *k = registered(name);
	while (k && k->by && lock_wait(k->by)) k = registered(name);
	return k; /* not made yet if its making waits for this, or is this thread's */
}

int register_class(klass *k, som_env *ev) {
	if (registered(k->info.name)) return fail(ev, SOM_E_NAME, "there is a class %s already", k->info.name);
	k->hash = hash_text(k->info.name);
	klass **at = &buckets[k->hash % BUCKETS];
	k->named = *at, *at = k;
	k->next = all_classes, all_classes = k;
	k->registered = true;
	lock_wake();
	return SOM_OK;
}

void unregister_class(klass *k) {
	if (!k->registered) return;
	klass **at = &buckets[k->hash % BUCKETS];
	while (*at != k) at = &(*at)->named;
	*at = k->named;
	for (at = &all_classes; *at != k;) at = &(*at)->next;
	*at = k->next;
	k->next = NULL, k->by = this_thread(), k->registered = false;
}

klass *find_class(const char *name, som_env *ev) {
	if (!name || strlen(name) > MAX_DERIVED)
		return fail(ev, SOM_E_NAME, "a class's name must be identifiers joined by ::, of at most %d octets in all", MAX_NAME), NULL;
	klass *k = known(name);
	if (!k && load_for(name, ev) != SOM_OK && (k = known(name))) som_env_clear(ev); /* what its library lacks is none of its */
	return k ? k : known(name);
}

static som_class *pinned(klass *k) { return __atomic_add_fetch(&k->c.object.refs, 1, __ATOMIC_RELAXED), C(k); }

static som_class *pinned_by_name(const char *name, bool load, som_env *ev) {
	LOCKED;
	klass *k = load ? find_class(name, ev) : name ? known(name) : NULL;
	return k ? pinned(substituted(k)) : NULL;
}

som_class *som_class_named(const char *name, som_env *ev) { return pinned_by_name(name, true, ev); }

som_class *som_class_registered(const char *name, som_env *ev) {
	som_class *c = pinned_by_name(name, false, ev);
	if (!c) fail(ev, SOM_E_UNKNOWN, "there is no class %.300s", name ? name : "without a name");
	return c;
}

int som_class_check_version(const som_class *c, uint32_t major, uint32_t minor, som_env *ev) {
	const som_class_info *i = &K(c)->info;
	if (!is_class(c, ev)) return SOM_E_TYPE;
	if ((major == 0 && minor == 0) || (i->major == major && i->minor >= minor)) return SOM_OK;
	return fail(ev, SOM_E_VERSION, "class %s is version %u.%u%s%s, but %u.%u is needed%s", i->name, i->major, i->minor, i->library ? " of " : "",
		i->library ? i->library : "", major, minor, i->major == major ? "; install a newer release" : "; the two do not go together");
}

int som_class_substitute(som_class *c, som_class *by, som_env *ev) {
	klass *k = K(c), *s = by ? K(by) : NULL;
	if (!is_class(c, ev) || (by && !is_class(by, ev))) return SOM_E_TYPE;
	if (s && (s == k || !descends(s, k)))
		return fail(ev, SOM_E_TYPE, "class %s cannot take the place of %s: it does not descend from it", s->info.name, k->info.name);
	LOCKED; /* unloading looks at it */
	__atomic_store_n(&k->substitute, s, __ATOMIC_RELEASE);
	return SOM_OK;
}

int som_classes(int (*see)(som_class *c, void *context), void *context) {
	int answer = 0;
	LOCKED;
	for (klass *k = all_classes; k && answer == 0; k = k->next) {
		k->subclasses++; /* it stays, whoever gets the lock meanwhile */
		answer = see(C(k), context);
		k->subclasses--;
	}
	return answer;
}

const som_class_info *som_class_describe(const som_class *c) { return a_class(c) ? &K(c)->info : NULL; }

uint64_t som_class_instances(const som_class *c) { return a_class(c) ? __atomic_load_n(&K(c)->instances, __ATOMIC_ACQUIRE) : 0; }

/* ---- Unloading ---- */

/* Whether nothing but what is marked needs k, and refs references. */
static bool needless(const klass *k, uint32_t refs) {
	uint64_t instances = 0; /* and subclasses, of those that are marked */
	uint32_t subclasses = 0;
	if (k->by) return false;
	for (const klass *x = all_classes; x; x = x->next) {
		if (x->substitute == k && !x->mark) return false;
		instances += x->mark && x->metaclass == k;
		for (uint32_t i = 0; x->mark && i < x->info.nparents; i++)
			subclasses += K(x->info.parents[i]) == k;
	}
	return som_class_instances(C(k)) == instances && k->subclasses == subclasses && __atomic_load_n(&k->c.object.refs, __ATOMIC_ACQUIRE) == refs;
}

const klass *unload_group(klass *k, const library *with, uint64_t group) {
	for (klass *x = all_classes; x; x = x->next)
		x->mark = x == k || x->group == group || (with && x->library == with);
	for (bool more = true; more;) { /* metaclasses that were derived for these alone end with them */
		more = false;
		for (klass *x = all_classes; x; x = x->next)
			if (x->derived && !x->mark && x->instances + x->subclasses > 0 && needless(x, 0)) x->mark = more = true;
	}
	for (klass *x = all_classes; x; x = x->next)
		if (x->mark && !needless(x, group && x == k)) return x;
	for (library *l = libraries; l; l = l->next)
		l->by = l->group == group ? this_thread() : l->by;
	/* The newest first, so that nobody loses a parent or a metaclass. Code of metaclasses runs: it finds none of them any more, and may unload
	 * others, whose marks are other ones. */
	klass *ending = NULL, **end = &ending;
	for (klass *x = all_classes, *next; x; x = next) {
		next = x->next;
		if (!x->mark) continue;
		unregister_class(x);
		*end = x, end = &x->next;
	}
	for (klass *x; (x = ending); undefine(x)) ending = x->next;
	return NULL;
}

int som_class_unload(som_class *c, som_env *ev) {
	klass *k = K(c);
	if (!is_class(c, ev)) return SOM_E_TYPE;
	LOCKED;
	bool loading = k->by || !may_open(k);
	const uint64_t group = k->group;
	uint32_t held = library_in(group, false) ? __atomic_load_n(&exceptions, __ATOMIC_ACQUIRE) : 0;
	bool may_end = !loading && !held && changeable(c, NULL) == SOM_OK && !k->derived;
	const klass *busy = may_end ? unload_group(k, NULL, group) : k;
	if (busy)
		return fail(ev, SOM_E_BUSY, "class %s cannot be unloaded: of %s %llu instances, %u subclasses and %u references live, and %u exceptions that its "
			"library may have to end%s", k->info.name, busy->info.name, (unsigned long long)som_class_instances(C(busy)), busy->subclasses,
			__atomic_load_n(&busy->c.object.refs, __ATOMIC_RELAXED), held, loading ? "; it is being made, or its library loaded" : "");
	for (library *l; (l = library_in(group, false));) library_end(l);
	return SOM_OK;
}

/* ---- Binding ---- */

static int check_base(const klass *k, const som_base *b, som_env *ev) {
	const klass *a = b->name ? class_in(k, b->name, strlen(b->name)) : NULL;
	if (a) return som_class_check_version(C(a), b->major, b->minor, ev);
	return fail(ev, SOM_E_PARENTS, "class %s does not descend from %.300s: the client is of another release", k->info.name, b->name ? b->name : "(no name)");
}

int som_class_bind(const som_binding *b, som_classdata *to, som_env *ev) {
	if (to && som_bound(to)) return SOM_OK;
	if (!b || !to || b->size_of < offsetof(som_binding, sigs) || (b->nmethods && !b->methods) || b->nmethods > MAX_METHODS)
		return fail(ev, SOM_E_METHOD, "a binding's description is too short, or its list of methods is missing");
	LOCKED;
	klass *k = find_class(b->cls, ev);
	int code = k ? som_class_check_version(C(k), b->major, b->minor, ev) : SOM_E_UNKNOWN;
	som_tok *tokens = (som_tok *)(to + 1);
	const som_binding *more = b->size_of < sizeof *b ? NULL : b; /* NULL: made for a release without signatures and bases */
	for (uint32_t i = 0; more && b->bases && i < b->nbases && code == SOM_OK; i++)
		code = check_base(k, &b->bases[i], ev);
	for (uint32_t i = 0; i < b->nmethods && code == SOM_OK; i++) {
		found f = {0};
		const char *name = b->methods[i];
		f.info = name ? own_method(k, name) : NULL;
		if (!f.info || !f.info->token) code = lookup_slot(k, true, name, &f, ev);
		if (code == SOM_OK && more && b->sigs) code = check_signature(k, f.info->name, f.info->sig, b->sigs[i], false, ev);
		if (code == SOM_OK) __atomic_store_n(&tokens[i], f.info->token, __ATOMIC_RELAXED);
	}
	if (code == SOM_OK && !som_bound(to)) {
		pinned(k);
		__atomic_store_n(&to->id, k->id, __ATOMIC_RELAXED);
		__atomic_store_n(&to->type, k->base, __ATOMIC_RELEASE); /* who sees it sees the id */
		__atomic_store_n(&to->data, k->base + WORD_SIZE, __ATOMIC_RELAXED);
		__atomic_store_n(&to->cls, C(k), __ATOMIC_RELEASE);
	}
	return code;
}

void som_class_unbind(som_classdata *to) { som_release((som_ref)__atomic_exchange_n(&to->cls, NULL, __ATOMIC_ACQ_REL)); }
