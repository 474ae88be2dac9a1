/* table.c: what stands in method tables, who put it there, and parent, next and casted calls. */
#include "kernel.h"

/* Words of rows are written while others read rows that lie between them. */
static void put(char *row, som_tok t, void *value) { __atomic_store_n((void **)(row + t), value, __ATOMIC_RELAXED); }
static som_proc *get(const char *row, som_tok t) { return __atomic_load_n(word_at(row, t), __ATOMIC_RELAXED); }

/* What stands in tables for methods that nothing implements. It is called as a method of any signature: what it
 * returns is nobody's to look at once ev holds the exception. */
int64_t no_implementation(som_ref o, som_env *ev) {
	return fail(ev, SOM_E_ABSTRACT, "a method of class %s was called that has no implementation; override it", class_of(o)->info.name), 0;
}

int64_t freed_call(som_ref o, som_env *ev) { return fail(ev ? ev : &aloud, SOM_E_FREED, "an object at %p was used that has been destroyed", (void *)o), 0; }

int gone(const som_object *o, som_env *ev) {
	if (!o) return fail(ev, SOM_E_TYPE, "an object is asked for, and there is none");
	return freed_call((som_ref)(uintptr_t)o, ev), SOM_E_FREED;
}

int by_token(const void *a, const void *b) {
	som_tok x = *(const som_tok *)a, y = *(const som_tok *)b;
	return (x > y) - (x < y);
}

static impl *find_impl(const impls *all, som_tok t) { return bsearch(&(impl){.token = t}, all->e, all->n, sizeof(impl), by_token); }

static impls *impls_of(const klass *k) { return __atomic_load_n(&k->impls, __ATOMIC_ACQUIRE); }

som_proc *own_impl(const klass *k, som_tok t) {
	impl *i = find_impl(impls_of(k), t);
	return i ? __atomic_load_n(&i->proc, __ATOMIC_RELAXED) : NULL;
}

const klass *introducer(const klass *k, som_tok t) {
	for (uint32_t i = 0; i < k->info.norder; i++) {
		const klass *a = order_at(k, i);
		if ((uintptr_t)t - (uintptr_t)slot_token(a, 0) < a->slots * (uintptr_t)WORD_SIZE) return t % WORD_SIZE == 0 ? a : NULL;
	}
	return NULL;
}

/* The parent whose entry k inherits, or NULL. */
static const klass *inherited_from(const klass *k, const klass *in, som_tok t) {
	for (uint32_t i = 0; i < k->nselects; i++)
		if (k->selects[i].token == t) return k->selects[i].parent;
	for (uint32_t i = 1; k->derived && i < k->info.norder; i++) /* it joins: what merely inherits hides nothing */
		if (find_impl(impls_of(order_at(k, i)), t)) return order_at(k, i);
	for (uint32_t i = 0; i < k->info.nparents; i++) {
		const klass *p = K(k->info.parents[i]);
		if (!k->abstract[i] && row_has(p->row, in) && get(p->row, t) != (som_proc *)no_implementation) return p;
	}
	return in->info.nparents == 0 && in != k ? in : NULL; /* an object is one, even if its parents are abstract */
}

const char *own_signature(const klass *k, som_tok t) {
	const spoken *s = k->nsaid ? bsearch(&(spoken){.token = t}, k->said, k->nsaid, sizeof(spoken), by_token) : NULL;
	return s ? s->sig : NULL;
}

const klass *owner(const klass *k, som_tok t) {
	const klass *in = introducer(k, t), *nearest = NULL;
	som_proc *stands = in ? get(k->row, t) : NULL;
	while (in && k && row_has(k->row, in) && get(k->row, t) != (som_proc *)no_implementation) {
		som_proc *own = own_impl(k, t);
		if (own && own == stands) return k;
		nearest = nearest || !own ? nearest : k; /* replaced since k inherited from it */
		k = inherited_from(k, in, t);
	}
	return nearest;
}

bool has_old(const klass *k) {
	for (uint32_t i = 0; i < k->info.ninits; i++) {
		const klass *a = K(k->info.inits[i]);
		if (a != object_class && (own_impl(a, tok_life[LIFE_OLD_INIT]) || own_impl(a, tok_life[LIFE_OLD_UNINIT]))) return true;
	}
	return false;
}

static bool is_old(som_tok t) { return __builtin_expect(t == tok_life[LIFE_OLD_INIT] || t == tok_life[LIFE_OLD_UNINIT], 0); }

/* What stands in k's table where proc would: for somInit and somUninit what runs all that there are of it. */
static __attribute__((noinline)) som_proc *whole(const klass *k, som_tok t, som_proc *proc) {
	return !is_old(t) || !has_old(k) ? proc : t == tok_life[LIFE_OLD_INIT] ? (som_proc *)old_init : (som_proc *)old_uninit;
}

int table_fill(klass *k, som_env *ev) {
	k->row = row_place(k, ev);
	if (!k->row) return SOM_E_MEMORY;
	put(k->row, 0, C(k));
	for (uint32_t c = 0; c < k->info.norder; c++) {
		const klass *a = order_at(k, c);
		put(k->row, a->base, a->id);
		for (uint32_t s = 0; s < a->slots; s++) {
			som_tok t = slot_token(a, s);
			som_proc *proc = own_impl(k, t);
			const klass *p = proc ? NULL : a == k ? NULL : inherited_from(k, a, t);
			if (p) proc = get(p->row, t);
			put(k->row, t, (void *)whole(k, t, proc ? proc : (som_proc *)no_implementation));
		}
	}
	for (uint32_t i = 0; i < k->info.nlayout; i++)
		put(k->row, K(k->info.layout[i].cls)->base + WORD_SIZE, (void *)(uintptr_t)(SOM_HEAD + k->info.layout[i].offset));
	k->front = k->row;
	k->hooked = !is_plain(k);
	k->barren = k->info.flags & SOM_ABSTRACT || (class_class && descends(k, class_class));
	return SOM_OK;
}

/* ---- Replacing ---- */

int changeable(const som_class *c, som_env *ev) {
	if (!is_class(c, ev)) return SOM_E_TYPE;
	const klass *k = K(c);
	bool root = k == object_class || k == class_class || k == manager_class;
	return root ? fail(ev, SOM_E_METHOD, "class %s is everybody's: change a subclass of it", k->info.name) : SOM_OK;
}

/* All rows for cast objects of all classes, which follow what is replaced; not where something stands in front. */
static void replace_in_casts(const klass *in, som_tok t, const klass *k, som_proc *old, som_proc *proc) {
	for (klass *x = all_classes; x; x = x->next)
		for (castrow *r = x->casts; r; r = r->next)
			if ((row_has(r->as->row, in) ? r->as == k : x == k) && get(r->row, t) == old) put(r->row, t, (void *)proc);
}

/* Makes proc k's own. Who reads the old list may go on. */
static int implement(klass *k, som_tok t, som_proc *proc, som_env *ev) {
	impls *all = k->impls, *more;
	impl *mine = find_impl(all, t);
	if (mine) return __atomic_store_n(&mine->proc, proc, __ATOMIC_RELAXED), SOM_OK;
	if (!(more = pool_take(k, sizeof *more + (all->n + 1) * sizeof(impl)))) return no_memory(ev, "a replacement");
	memcpy(more, all, sizeof *all + all->n * sizeof(impl));
	more->e[more->n++] = (impl){t, proc};
	qsort(more->e, more->n, sizeof(impl), by_token);
	__atomic_store_n(&k->impls, more, __ATOMIC_RELEASE);
	return SOM_OK;
}

som_proc *som_class_replace(som_class *c, som_tok t, som_proc *proc, som_env *ev) {
	klass *k = K(c);
	if (changeable(c, ev) != SOM_OK) return NULL;
	const klass *in = introducer(k, t);
	const char *why = in ? "a replacement needs a procedure" : "it has no method of this token";
	if (!in || !proc) return fail(ev, in ? SOM_E_METHOD : SOM_E_UNKNOWN, "class %s: %s", k->info.name, why), NULL;
	LOCKED;
	som_proc *own = own_impl(k, t), *was = get(k->row, t);
	if (is_old(t) && !lives_of(k)->older && share(k, true, ev) != SOM_OK) return NULL;
	if (implement(k, t, proc, ev) != SOM_OK) return NULL;
	som_proc *now = whole(k, t, proc);
	put(k->row, t, (void *)now);
	replace_in_casts(in, t, k, was, now);
	__atomic_store_n(&k->hooked, !is_plain(k), __ATOMIC_RELAXED);
	if (now != proc) was = own ? own : get(object_class->row, t); /* what proc may call: the class's part of it */
	return was == (som_proc *)no_implementation ? NULL : was;
}

/* ---- Parent, next and casted calls ---- */

som_proc *som_class_proc(const som_class *c, som_tok t) { return a_class(c) && introducer(K(c), t) ? get(K(c)->row, t) : NULL; }

const char *som_parent_row(const som_class *c, uint32_t nth) {
	const klass *k = K(c);
	return a_class(c) && nth < k->info.nparents && !k->abstract[nth] ? K(k->info.parents[nth])->row : NULL;
}

som_proc *som_parent_proc(const som_class *c, uint32_t nth, som_tok t, som_env *ev) {
	const klass *k = K(c);
	if (!is_class(c, ev)) return NULL;
	if (nth >= k->info.nparents)
		return fail(ev, SOM_E_PARENTS, "class %s has no parent %u: it has %u, counted from 0", k->info.name, nth, k->info.nparents), NULL;
	const klass *p = K(k->info.parents[nth]);
	if (!introducer(p, t)) return fail(ev, SOM_E_UNKNOWN, "class %s: its parent %s has no such method", k->info.name, p->info.name), NULL;
	som_proc *proc = k->abstract[nth] ? (som_proc *)no_implementation : get(p->row, t);
	if (proc != (som_proc *)no_implementation) return proc;
	return fail(ev, SOM_E_ABSTRACT, "class %s: its parent %s has no implementation to give", k->info.name, p->info.name), NULL;
}

som_proc *som_next_proc(const som_class *implementing, const som_object *o, som_tok t) {
	const klass *k = class_of(o);
	uint32_t i = place_in(k->info.order, k->info.norder, implementing);
	while (++i < k->info.norder) {
		som_proc *proc = k->concrete[i] ? own_impl(order_at(k, i), t) : NULL;
		if (proc) return is_old(t) ? whole(k, t, proc) : proc;
	}
	return NULL;
}

/* ---- Casts, and what stands in front ---- */

static char *cast_row(klass *k, const klass *as, som_env *ev) {
	for (castrow *r = k->casts; r; r = r->next)
		if (r->as == as) return r->row;
	castrow *r = pool_take(k, sizeof *r);
	if (!r) return no_memory(ev, "a cast"), NULL;
	char *row = row_place(k, ev);
	if (!row) return NULL;
	put(row, 0, C(k));
	for (uint32_t c = 0; c < k->info.norder; c++) {
		const klass *a = order_at(k, c);
		const char *from = row_has(as->row, a) ? as->row : k->front;
		put(row, a->base, a->id);
		put(row, a->base + WORD_SIZE, (void *)get(k->row, a->base + WORD_SIZE));
		for (uint32_t s = 0; s < a->slots; s++)
			put(row, slot_token(a, s), (void *)get(from, slot_token(a, s)));
	}
	*r = (castrow){.next = k->casts, .as = as, .row = row}, k->casts = r;
	return row;
}

int som_cast(som_ref o, const som_class *ancestor, som_env *ev) {
	int code = need(o, ev);
	if (code != SOM_OK || !is_class(ancestor, ev)) return code != SOM_OK ? code : SOM_E_TYPE;
	klass *k = class_of(o);
	const klass *as = K(ancestor);
	uint32_t i = place_in(k->info.order, k->info.norder, ancestor);
	if (i == k->info.norder) return fail(ev, SOM_E_TYPE, "an object of class %s is no %s, and cannot be cast to it", k->info.name, as->info.name);
	if (!k->concrete[i]) return fail(ev, SOM_E_ABSTRACT, "class %s has only the interface of %s: nothing to cast an object to", k->info.name, as->info.name);
	LOCKED;
	char *row = as == k ? k->front : cast_row(k, as, ev);
	if (!row) return SOM_E_MEMORY;
	__atomic_store_n(&o->mt, row, __ATOMIC_RELEASE);
	return SOM_OK;
}

void som_uncast(som_ref o) { if (need(o, NULL) == SOM_OK) __atomic_store_n(&o->mt, front_of(class_of(o)), __ATOMIC_RELEASE); }

/* Into the rows of k's instances that have the front: those of casts to what lacks the method have it, too. */
static void put_front(const klass *k, const klass *in, som_tok t, void *proc) {
	for (const castrow *r = k->casts; r; r = r->next)
		if (r->as == k || !row_has(r->as->row, in)) put(r->row, t, proc);
}

int som_class_front(som_class *c, som_tok t, som_proc *proc, som_env *ev) {
	klass *k = K(c);
	int code = changeable(c, ev);
	if (code != SOM_OK) return code;
	const klass *in = introducer(k, t);
	if (!in) return fail(ev, SOM_E_UNKNOWN, "class %s: it has no method of this token", k->info.name);
	LOCKED;
	bool busy = som_class_instances(c) > 0;
	char *row = busy ? NULL : cast_row(k, k, ev);
	if (row) { /* what is being made was counted before it looks at the front: it has this one, or is seen here */
		void *was = get(row, t);
		put_front(k, in, t, (void *)(proc ? proc : get(k->row, t)));
		__atomic_store_n(&k->front, row, __ATOMIC_SEQ_CST);
		__atomic_store_n(&k->hooked, !is_plain(k), __ATOMIC_SEQ_CST);
		if ((busy = __atomic_load_n(&k->instances, __ATOMIC_SEQ_CST) > 0)) put_front(k, in, t, was);
		forget_lookups();
	}
	if (busy) return fail(ev, SOM_E_BUSY, "class %s has instances: put something in front of its methods before there is one", k->info.name);
	return row ? SOM_OK : SOM_E_MEMORY;
}
