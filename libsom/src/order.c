/*
 * order.c: the linearisation of a class, and its metaclass. docs/som.md has both rules.
 *
 * The merge keeps in each class's ahead the number of lists in whose rest it stands; one with 0 may be taken. It works on
 * the scratch fields of classes, so that it is as fast as the lists are long, however many they are.
 */
#include "kernel.h"

enum { CONCRETE = 1, TAKEN = 2 }; /* klass.mark */

typedef struct list { const som_class *const *from, *const *at, *const *end; } list;

static bool has_lives(const klass *k) { return k->info.part_size > 0 && (k->own.init || k->own.fini); }

/* A method that both implement: its token, or 0. */
static som_tok shared_method(const klass *a, const klass *b) {
	const impls *x = a->impls, *y = b->impls;
	for (uint32_t i = 0, j = 0; i < x->n && j < y->n;) {
		if (x->e[i].token == y->e[j].token) return x->e[i].token;
		bool less = x->e[i].token < y->e[j].token;
		i += less, j += !less;
	}
	return 0;
}

/* Whether it matters that before comes first; then why is filled, of nwhy octets. */
static bool serious(const klass *before, const klass *taken, char *why, size_t nwhy) {
	if (descends(before, taken)) return snprintf(why, nwhy, "%s descends from %s", before->info.name, taken->info.name) > 0;
	if (!(before->mark & taken->mark & CONCRETE)) return false;
	som_tok t = shared_method(before, taken);
	if (t) {
		const klass *in = introducer(before, t);
		const som_method_info *m = in->info.introduces;
		while (m->token != t || m->migrated) m++;
		return snprintf(why, nwhy, "%s and %s both implement %s::%s", before->info.name, taken->info.name, in->info.name, m->name) > 0;
	}
	return has_lives(before) && has_lives(taken) &&
		snprintf(why, nwhy, "%s and %s both have data and an initializer or a destructor", before->info.name, taken->info.name) > 0;
}

/* Whether k may be taken; if not, k->first is a class that has to be before. It goes on where it stopped: what was harmless
 * remains so, and a pair is weighed once in each list, however often a class is asked for. */
static bool may_go(klass *k, const list *lists, uint32_t n) {
	if (k->first && !(k->first->mark & TAKEN)) return false;
	for (k->first = NULL; k->list < n; k->list++, k->at = 0) {
		const list *l = &lists[k->list];
		uint32_t len = (uint32_t)(l->end - l->from);
		if (k->at == 0 && (k->until = place_in(l->from, len, C(k))) == len) continue;
		for (; k->at < k->until; k->at++) {
			klass *q = K(l->from[k->at]);
			if (!(q->mark & TAKEN) && serious(q, k, NULL, 0)) return !(k->first = q);
		}
	}
	return true;
}

/* The class to be taken next; or NULL, and why is empty if there is none left. */
static klass *choose(const list *lists, uint32_t n, uint32_t all, char *why, size_t nwhy) {
	klass *best = NULL, *stuck = NULL;
	*why = 0;
	for (uint32_t i = 0; i < n; i++) {
		klass *h = lists[i].at == lists[i].end ? NULL : K(*lists[i].at);
		if (h && h->ahead == 0) return h;
		stuck = stuck ? stuck : h;
	}
	for (uint32_t steps = 0; stuck && !may_go(stuck, lists, n); stuck = stuck->first)
		if (++steps > all) return serious(stuck->first, stuck, why, nwhy), NULL; /* in a circle, that nothing behind breaks */
	for (uint32_t i = 0; i < 2 * n && (i < n || !best); i++) { /* those that stand first; if none of them may be taken, all */
		const list *l = &lists[i % n];
		for (const som_class *const *p = l->at; p < l->end && (i >= n || p == l->at); p++)
			if (!(K(*p)->mark & TAKEN) && (!best || K(*p)->ahead < best->ahead) && may_go(K(*p), lists, n)) best = K(*p);
	}
	return best;
}

/* Moves a list past what was taken; what comes to stand first is no longer in its rest. */
static void advance(list *l) {
	const som_class *const *was = l->at;
	while (l->at < l->end && K(*l->at)->mark & TAKEN) l->at++;
	if (l->at != was && l->at < l->end) K(*l->at)->ahead--;
}

int linearise(klass *k, som_env *ev) {
	uint32_t n = k->info.nparents + 1, all = 1;
	list *lists = take(n * (sizeof *lists + sizeof(som_class *)));
	if (!lists) return no_memory(ev, "a linearisation");
	const som_class **leading = (const som_class **)(lists + n), **end = leading; /* parents, but for those in front of a descendant */
	for (uint32_t i = 0; i + 1 < n; i++) {
		const klass *p = K(k->info.parents[i]);
		lists[i] = (list){p->info.order, p->info.order, p->info.order + p->info.norder};
		for (const som_class *const *q = lists[i].at; q < lists[i].end; q++)
			K(*q)->ahead = K(*q)->mark = K(*q)->list = K(*q)->at = 0, K(*q)->first = NULL;
		all += p->info.norder;
		uint32_t later = i + 1;
		while (later + 1 < n && !descends(K(k->info.parents[later]), p)) later++;
		if (later + 1 == n) *end++ = C(p);
	}
	lists[n - 1] = (list){leading, leading, end};

	for (uint32_t i = 0; i < n; i++)
		for (const som_class *const *p = lists[i].at; p < lists[i].end; p++) {
			K(*p)->ahead += p != lists[i].at;
			if (i + 1 < n && !k->abstract[i] && K(k->info.parents[i])->concrete[p - lists[i].at]) K(*p)->mark |= CONCRETE;
		}

	const som_class **order = pool_take(k, all * sizeof *order);
	k->info.order = order;
	k->concrete = pool_take(k, all);
	if (!order || !k->concrete) return give(lists), no_memory(ev, "a linearisation");
	order[k->info.norder++] = C(k);
	char why[4 * MAX_NAME];
	for (klass *next; (next = choose(lists, n, all, why, sizeof why));) {
		next->mark |= TAKEN;
		order[k->info.norder++] = C(next);
		for (uint32_t i = 0; i < n; i++) advance(&lists[i]);
	}
	give(lists);
	for (uint32_t i = 0; i < k->info.norder; i++)
		k->concrete[i] = i == 0 || i + 1 == k->info.norder /* SOMObject */ || K(order[i])->mark & CONCRETE;
	if (!*why) return SOM_OK;
	return fail(ev, SOM_E_ORDER, "class %s: its parents have contrary orders, and %s; bring the parents into one order", k->info.name, why);
}

/* ---- Metaclasses ---- */

/* Adds m to those that must be ancestors of the metaclass. */
static void constrain(klass **kept, uint32_t *n, klass *m) {
	uint32_t to = 0;
	bool placed = false;
	for (uint32_t i = 0; i < *n; i++)
		if (descends(kept[i], m)) return;
	for (uint32_t i = 0; i < *n; i++) {
		bool above = descends(m, kept[i]);
		if (!above || !placed) kept[to++] = above ? m : kept[i];
		placed |= above;
	}
	if (!placed) kept[to++] = m;
	*n = to;
}

static klass *derived_from(const char *of, klass **kept, uint32_t n, som_env *ev) {
	const char *names[MAX_PARENTS + 1];
	char name[MAX_DERIVED + 1];
	size_t at = (size_t)snprintf(name, sizeof name, "SOMDerived(");
	for (uint32_t i = 0; i < n; i++) {
		names[i] = kept[i]->info.name;
		at += at < sizeof name ? (size_t)snprintf(name + at, sizeof name - at, "%s%s", i ? "," : "", names[i]) : 0;
	}
	if (at + 1 >= sizeof name)
		return fail(ev, SOM_E_METACLASS, "class %s: the name of its derived metaclass has more than %d octets; give it an explicit one", of, MAX_DERIVED), NULL;
	strcpy(name + at, ")");
	klass *m = known(name);
	if (m) return m;
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = names, .nparents = n};
	som_env inner = {0};
	m = define(&d, NULL, &inner);
	if (!m) {
		uint32_t code = inner.code == SOM_E_MEMORY ? SOM_E_MEMORY : SOM_E_METACLASS;
		fail(ev, code, "class %s: its metaclass %s cannot be made: %s", of, name, inner.text ? inner.text : "no reason is known");
		som_env_clear(&inner);
	}
	return m;
}

klass *derive_metaclass(const char *name, klass *const *all, uint32_t nall, som_env *ev) {
	klass *kept[MAX_PARENTS + 1];
	uint32_t n = 0;
	for (uint32_t i = 0; i < nall; i++) constrain(kept, &n, all[i]);
	if (n == 1) return kept[0];
	if (n > MAX_PARENTS) return fail(ev, SOM_E_METACLASS, "class %s: %u metaclasses are to be joined, %d is the limit", name, n, MAX_PARENTS), NULL;
	return derived_from(name, kept, n, ev);
}

som_class *som_class_join(som_class *const *metaclasses, uint32_t n, som_env *ev) {
	klass *all[MAX_PARENTS + 1], *m;
	bool good = metaclasses && n > 0 && n <= MAX_PARENTS;
	LOCKED;
	for (uint32_t i = 0; i < n && good; i++)
		good = is_class(metaclasses[i], NULL) && descends(all[i] = K(metaclasses[i]), class_class);
	if (!good) return fail(ev, SOM_E_METACLASS, "from 1 to %d metaclasses are to be joined, which all descend from SOMClass", MAX_PARENTS), NULL;
	m = derive_metaclass(all[0]->info.name, all, n, ev);
	return m ? (som_class *)som_retain(&m->c.object) : NULL;
}
