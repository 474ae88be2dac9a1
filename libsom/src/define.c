/*
 * define.c: from a description to a class. What a description says is not trusted: counts are held against their limits before
 * anything is read by them, names against what there is.
 *
 * A class is built by steps, each of which answers a code; when one fails, undefine takes back what the others did.
 * All of it runs under the kernel's lock, but the loading of parents' libraries, for which the lock is let go.
 */
#include "kernel.h"

/* A class in the making: what its memory depends on comes before it. */
typedef struct making {
	struct making *outer; /* what is made meanwhile is an ancestor, or its metaclass */
	const som_class_desc *d;
	klass *parents[MAX_PARENTS];
	uint32_t nparents;
	klass *metaclass, *declared; /* the latter: explicit, or NULL */
	const void *caller; /* whose code asks for it, or NULL: the kernel's, and the class derived */
} making;

static _Thread_local making *makings;
uint32_t classes_with_tokens;
_Thread_local uint32_t lasting;

/* ---- Reading descriptions ---- */

/* The ith element of a list, whose elements are of the size that the description says. */
static const void *element(const void *list, uint32_t size, uint32_t i) { return (const char *)list + (size_t)i * size; }

static const char *shown(const char *name) { return name ? name : "(no name)"; }

static bool list_ok(const void *list, uint32_t n, uint32_t size, uint32_t least) {
	return n == 0 || (list && size >= least && size <= 64 * least && size % WORD_SIZE == 0);
}

static int check(const som_class_desc *d, bool derived, som_env *ev) {
	if (!derived && !name_ok(d->name, MAX_NAME, true))
		return fail(ev, SOM_E_NAME, "a class's name must be identifiers joined by ::, of at most %d octets in all; it is %.300s", MAX_NAME, shown(d->name));
	if (registered(d->name)) return fail(ev, SOM_E_NAME, "there is a class %s already", d->name);
	if (d->nparents > MAX_PARENTS || d->nabstract_parents > MAX_PARENTS)
		return fail(ev, SOM_E_PARENTS, "class %s has %u parents, %u of them abstract; %d is the limit", d->name, d->nparents, d->nabstract_parents, MAX_PARENTS);
	if ((d->parents && d->nparents == 0) || (!d->parents && d->nparents))
		return fail(ev, SOM_E_PARENTS, "class %s: its list of parents is empty; leave it out for SOMObject", d->name);
	if (d->nintroduces > MAX_METHODS || d->noverrides > MAX_METHODS || d->nselects > MAX_METHODS)
		return fail(ev, SOM_E_METHODS, "class %s has %u methods, %u overrides and %u selections; %d is the limit of each", d->name, d->nintroduces,
			d->noverrides, d->nselects, MAX_METHODS);
	if (!list_ok(d->introduces, d->nintroduces, d->method_size, sizeof(som_method)) ||
		!list_ok(d->overrides, d->noverrides, d->override_size, offsetof(som_override, sig)) ||
		!list_ok(d->selects, d->nselects, d->select_size, sizeof(som_select)) || (d->nabstract_parents && !d->abstract_parents))
		return fail(ev, SOM_E_METHOD, "class %s: a list of its description is missing, or its elements have no size that can be", d->name);
	if ((d->ninit_classes && !d->init_classes) || d->ninit_classes > MAX_CLASSES)
		return fail(ev, SOM_E_INIT, "class %s: its list of initialised classes is missing, or longer than %d", d->name, MAX_CLASSES);
	if (d->data_align & (d->data_align - 1) || d->data_align > MAX_ALIGN || (d->data_size && !d->data_align))
		return fail(ev, SOM_E_SIZE, "class %s: its data's alignment is %u; it must be a power of two, at most %d", d->name, d->data_align, MAX_ALIGN);
	if (d->data_size > MAX_SIZE)
		return fail(ev, SOM_E_SIZE, "class %s: its data has %llu octets; %d is the limit of an instance", d->name, (unsigned long long)d->data_size, MAX_SIZE);
	return SOM_OK;
}

/* ---- Parents and metaclass ---- */

/* A class that another is made of. */
static klass *ingredient(making *m, const char *name, som_env *ev) {
	for (making *x = m; x; x = x->outer)
		if (!strcmp(name, x->d->name)) return fail(ev, SOM_E_CYCLE, "class %s is among what it is made of itself, by way of %s", name, m->d->name), NULL;
	return find_class(name, ev);
}

static int find_parents(making *m, som_env *ev) {
	const som_class_desc *d = m->d;
	const char *root = "SOMObject";
	const char *const *names = d->parents ? d->parents : &root;
	for (uint32_t i = 0; i < (d->parents ? d->nparents : 1); i++) {
		if (!names[i]) return fail(ev, SOM_E_PARENTS, "class %s: parent %u has no name", d->name, i);
		klass *p = ingredient(m, names[i], ev);
		if (!p) return SOM_E_UNKNOWN;
		for (uint32_t j = 0; j < i; j++)
			if (m->parents[j] == p) return fail(ev, SOM_E_PARENTS, "class %s has the parent %s twice", d->name, names[i]);
		p->subclasses++; /* it stays while others are loaded */
		m->parents[m->nparents++] = p;
	}
	return SOM_OK;
}

static bool is_detached(const som_class_desc *d, const klass *parent) {
	for (uint32_t i = 0; d->flags & SOM_DETACHED && i < d->nabstract_parents; i++)
		if (d->abstract_parents[i] && !strcmp(d->abstract_parents[i], parent->info.name)) return true;
	return false;
}

static void count_class(klass *metaclass) { __atomic_add_fetch(&metaclass->instances, 1, __ATOMIC_RELAXED); }

static int find_metaclass(making *m, som_env *ev) {
	const som_class_desc *d = m->d;
	klass *all[MAX_PARENTS + 1]; /* those that it must descend from */
	uint32_t n = 0;
	if (d->metaclass && !(m->declared = ingredient(m, d->metaclass, ev))) return SOM_E_UNKNOWN;
	if (m->declared && !descends(m->declared, class_class))
		return fail(ev, SOM_E_METACLASS, "class %s: its metaclass %s does not descend from SOMClass", d->name, d->metaclass);
	if (m->declared) all[n++] = m->declared;
	for (uint32_t i = 0; i < m->nparents; i++)
		if (!is_detached(d, m->parents[i])) all[n++] = m->parents[i]->metaclass;
	if (n == 0) all[n++] = class_class;
	m->metaclass = derive_metaclass(d->name, all, n, ev);
	if (!m->metaclass) return SOM_E_METACLASS;
	count_class(m->metaclass);
	return SOM_OK;
}

static void drop_metaclass(klass *m) {
	bool last = __atomic_sub_fetch(&m->instances, 1, __ATOMIC_RELEASE) == 0;
	if (last && m->derived && !m->by && m->subclasses == 0 && m->c.object.refs == 0) undefine(m);
}

/* ---- The class itself ---- */

static klass *allocate(making *m, som_env *ev) {
	const som_class_desc *d = m->d;
	size_t data = m->metaclass ? (size_t)m->metaclass->info.data_size : 0;
	char *raw = take(sizeof(klass) + MAX_ALIGN + data);
	if (!raw) return no_memory(ev, "a class"), NULL;
	/* The data behind the head are aligned for every metaclass. */
	uintptr_t behind = (uintptr_t)raw + offsetof(klass, c) + SOM_HEAD;
	klass *k = (klass *)(raw + (MAX_ALIGN - behind % MAX_ALIGN) % MAX_ALIGN);
	k->raw = raw, k->c.object.flags = F_CLASS;
	k->info = (som_class_info){.size_of = sizeof k->info, .flags = d->flags & (SOM_ABSTRACT | SOM_OIDL), .major = d->major, .minor = d->minor,
		.part_size = d->data_size, .declared = m->declared ? C(m->declared) : NULL, .typelib = d->typelib};
	k->align = d->data_align ? d->data_align : 1;
	k->own = (life){d->init, d->fini, d->copy, d->assign, d->context}, k->last = (life){.fini = d->last, .context = d->context};
	k->by = this_thread();
	const som_class **parents = pool_take(k, (m->nparents + 1) * sizeof *parents);
	k->info.name = pool_text(k, d->name, strlen(d->name));
	k->abstract = pool_take(k, m->nparents + 1);
	k->impls = pool_take(k, sizeof(impls) + ((size_t)d->nintroduces + d->noverrides) * sizeof(impl));
	if (!parents || !k->info.name || !k->abstract || !k->impls) {
		undefine(k);
		return no_memory(ev, "a class"), NULL;
	}
	k->metaclass = m->metaclass; /* no more the maker's */
	for (uint32_t i = 0; i < m->nparents; i++) {
		parents[i] = C(m->parents[i]);
		k->depth = m->parents[i]->depth >= k->depth ? m->parents[i]->depth + 1 : k->depth;
	}
	k->info.parents = parents, k->info.nparents = m->nparents;
	return k;
}

/* Where a list of ancestors has the class of that name, or n. */
static uint32_t named(const som_class *const *list, uint32_t n, const char *name) {
	const klass *k = name ? registered(name) : NULL;
	return k ? place_in(list, n, C(k)) : n;
}

static int set_abstract_parents(klass *k, const som_class_desc *d, som_env *ev) {
	for (uint32_t i = 0; i < d->nabstract_parents; i++) {
		uint32_t p = named(k->info.parents, k->info.nparents, d->abstract_parents[i]);
		if (p == k->info.nparents)
			return fail(ev, SOM_E_PARENTS, "class %s: its abstract parent %.300s is no parent of it", k->info.name, shown(d->abstract_parents[i]));
		k->abstract[p] = 1;
	}
	if (k->depth > MAX_DEPTH) return fail(ev, SOM_E_DEPTH, "class %s is %u classes below SOMObject; %d is the limit", k->info.name, k->depth, MAX_DEPTH);
	return SOM_OK;
}

static int index_names(klass *k, som_env *ev) {
	uint32_t n = k->info.nintroduces;
	const som_method_info **all = k->by_name = pool_take(k, (n + 1) * sizeof *all);
	if (!all) return no_memory(ev, "a class's methods");
	for (uint32_t i = 0; i < n; i++) all[i] = &k->info.introduces[i];
	qsort(all, n, sizeof *all, methods_by_name);
	for (uint32_t i = 1; i < n; i++)
		if (!strcmp(all[i]->name, all[i - 1]->name)) return fail(ev, SOM_E_METHOD, "class %s introduces the method %s twice", k->info.name, all[i]->name);
	return SOM_OK;
}

/* A method that moved up: its place here is another name for the ancestor's. */
static int migrate(klass *k, const char *to, som_method_info *info, som_env *ev) {
	const klass *a = class_in(k, to, strlen(to));
	if (!a || a == k) return fail(ev, SOM_E_METHOD, "class %s: %s cannot have migrated to %.300s, which is no ancestor", k->info.name, info->name, to);
	const som_method_info *there = own_method(a, info->name);
	if (!there) return fail(ev, SOM_E_METHOD, "class %s: %s has not migrated to %s, which does not introduce it", k->info.name, info->name, to);
	info->migrated = there->migrated ? there->migrated : C(a);
	info->token = there->token;
	info->kind = there->kind;
	info->sig = info->sig ? info->sig : there->sig;
	return SOM_OK;
}

static int introduce(klass *k, const som_class_desc *d, som_env *ev) {
	som_method_info *all = pool_take(k, (d->nintroduces + 1) * sizeof *all);
	k->procs = pool_take(k, (d->nintroduces + 1) * sizeof *k->procs);
	if (!all || !k->procs) return no_memory(ev, "a class's methods");
	k->info.introduces = all;
	for (uint32_t i = 0; i < d->nintroduces; i++) {
		const som_method *m = element(d->introduces, d->method_size, i);
		if (!name_ok(m->name, MAX_NAME, false))
			return fail(ev, SOM_E_NAME, "class %s: the name of method %u must be an identifier of at most %d octets", k->info.name, i, MAX_NAME);
		if (m->kind > SOM_PROCEDURE) return fail(ev, SOM_E_METHOD, "class %s: method %s is of kind %u, which there is not", k->info.name, m->name, m->kind);
		all[i].name = pool_text(k, m->name, strlen(m->name));
		all[i].kind = m->kind;
		if (!all[i].name) return no_memory(ev, "a class's methods");
		if (m->sig && !(all[i].sig = signature(m->sig, m->kind == SOM_PROCEDURE, ev))) return SOM_E_METHOD;
		if (m->kind == SOM_PROCEDURE && !m->proc && !m->migrated) return fail(ev, SOM_E_METHOD, "class %s: the procedure %s is missing", k->info.name, m->name);
		k->procs[i] = m->proc;
		k->info.nintroduces = i + 1;
		k->slots += !m->migrated && m->kind != SOM_PROCEDURE;
	}
	int code = index_names(k, ev);
	if (code != SOM_OK) return code;
	if (classes_with_tokens == MAX_CLASSES) return fail(ev, SOM_E_CLASSES, "class %s: the process has %d classes, which is the limit", k->info.name, MAX_CLASSES);
	k->base = tokens_take(2 + k->slots, ev);
	if (!k->base) return SOM_E_METHODS;
	classes_with_tokens++;
	k->id = (void *)(uintptr_t)-(k->base / WORD_SIZE); /* no procedure lies so high, no offset is so large: what equals an id is one */
	uint32_t slot = 0;
	for (uint32_t i = 0; i < d->nintroduces && code == SOM_OK; i++) {
		const som_method *m = element(d->introduces, d->method_size, i);
		if (m->migrated)
			code = migrate(k, m->migrated, &all[i], ev);
		else if (m->kind != SOM_PROCEDURE) {
			all[i].token = slot_token(k, slot++);
			if (m->proc) k->impls->e[k->impls->n++] = (impl){all[i].token, m->proc};
		}
	}
	return code;
}

/* A method that an ancestor has in its table, by the name that a description has for it. */
static int inherited_method(const klass *k, const char *name, const char *what, found *f, som_env *ev) {
	int code = lookup_slot(k, false, name, f, ev);
	return code != SOM_E_UNKNOWN ? code : fail(ev, SOM_E_METHOD, "class %s: %s of %.300s, which no ancestor has", k->info.name, what, name);
}

static int override(klass *k, const som_class_desc *d, som_env *ev) {
	impls *all = k->impls;
	k->said = d->noverrides ? pool_take(k, d->noverrides * sizeof *k->said) : NULL;
	if (d->noverrides && !k->said) return no_memory(ev, "signatures");
	for (uint32_t i = 0; i < d->noverrides; i++) {
		const som_override *o = element(d->overrides, d->override_size, i);
		found f;
		int code = inherited_method(k, o->method, "an override", &f, ev);
		if (code != SOM_OK) return code;
		if (f.info->kind == SOM_NONSTATIC)
			return fail(ev, SOM_E_METHOD, "class %s: %s is nonstatic in %s and cannot be overridden", k->info.name, f.info->name, f.in->info.name);
		if (!o->proc) return fail(ev, SOM_E_METHOD, "class %s: the override of %s has no procedure", k->info.name, f.info->name);
		if (d->override_size >= sizeof *o) code = check_signature(k, f.info->name, f.info->sig, o->sig, true, ev);
		if (code != SOM_OK) return code;
		const som_name *sig = d->override_size >= sizeof *o && o->sig ? som_name_of(o->sig, ev) : NULL;
		if (ev->major != SOM_NO_EXCEPTION) return SOM_E_METHOD;
		all->e[all->n++] = (impl){f.info->token, o->proc};
		if (sig) k->said[k->nsaid++] = (spoken){f.info->token, sig->text};
	}
	if (k->nsaid) qsort(k->said, k->nsaid, sizeof(spoken), by_token);
	qsort(all->e, all->n, sizeof(impl), by_token);
	for (uint32_t i = 1; i < all->n; i++)
		if (all->e[i].token == all->e[i - 1].token) return fail(ev, SOM_E_METHOD, "class %s overrides one method twice", k->info.name);
	return SOM_OK;
}

static int select_parents(klass *k, const som_class_desc *d, som_env *ev) {
	k->selects = pool_take(k, (d->nselects + 1) * sizeof *k->selects);
	if (!k->selects) return no_memory(ev, "selections");
	for (uint32_t i = 0; i < d->nselects; i++) {
		const som_select *s = element(d->selects, d->select_size, i);
		found f;
		int code = inherited_method(k, s->method, "a selection", &f, ev);
		if (code != SOM_OK) return code;
		uint32_t p = named(k->info.parents, k->info.nparents, s->parent);
		const klass *from = p < k->info.nparents && !k->abstract[p] ? K(k->info.parents[p]) : NULL;
		if (!from || som_class_proc(C(from), f.info->token) == NULL || *word_at(from->row, f.info->token) == (som_proc *)no_implementation)
			return fail(ev, SOM_E_METHOD, "class %s: %s cannot be selected from %.300s, which is no parent that has it", k->info.name, f.info->name, shown(s->parent));
		for (uint32_t n = 0; n < k->nselects; n++)
			if (k->selects[n].token == f.info->token && k->selects[n].parent != from)
				return fail(ev, SOM_E_METHOD, "class %s: two parents are selected for %s::%s", k->info.name, f.in->info.name, f.info->name);
		k->selects[k->nselects++] = (selection){f.info->token, from};
	}
	return SOM_OK;
}

/* ---- Data and life ---- */

static int lay_out(klass *k, som_env *ev) {
	som_part *parts = pool_take(k, (k->info.norder + 1) * sizeof *parts);
	if (!parts) return no_memory(ev, "a layout");
	uint64_t at = 0, align = 1;
	for (uint32_t i = k->info.norder; i-- > 0;) {
		const klass *a = order_at(k, i);
		if (!k->concrete[i] || a->info.part_size == 0) continue;
		at = (at + a->align - 1) & ~(uint64_t)(a->align - 1);
		align = a->align > align ? a->align : align;
		parts[k->info.nlayout++] = (som_part){.cls = C(a), .offset = at, .size = a->info.part_size};
		at += a->info.part_size; /* of at most 65,535 classes: this cannot overflow */
	}
	k->info.layout = parts, k->info.data_align = (uint32_t)align;
	k->info.data_size = (at + align - 1) & ~(align - 1);
	if (k->info.data_size > MAX_SIZE)
		return fail(ev, SOM_E_SIZE, "class %s: an instance's data has %llu octets; %d is the limit", k->info.name, (unsigned long long)k->info.data_size, MAX_SIZE);
	return SOM_OK;
}

/* Adds what of visits, itself last, without those visited already. */
static void visit(klass *k, const klass *of, const som_class **inits) {
	for (uint32_t i = 0; i < of->info.ninits; i++) {
		klass *a = K(of->info.inits[i]);
		if (a->mark) continue;
		a->mark = 1;
		inits[k->info.ninits++] = C(a);
	}
}

static int plan_lives(klass *k, const som_class_desc *d, som_env *ev) {
	const som_class **inits = pool_take(k, 2 * (k->info.norder + 1) * sizeof *inits), **first = inits ? inits + k->info.norder + 1 : NULL;
	if (!inits) return no_memory(ev, "the order of initialisation");
	for (uint32_t i = 0; i < k->info.norder; i++)
		K(k->info.order[i])->mark = 0;
	for (uint32_t i = 0; !d->init_classes && i < k->info.nparents; i++)
		if (!k->abstract[i]) first[k->info.nfirst_inits++] = k->info.parents[i];
	for (uint32_t i = 0; d->init_classes && i < d->ninit_classes; i++) {
		const char *name = d->init_classes[i];
		uint32_t at = named(k->info.order, k->info.norder, name);
		if (at == 0 || at == k->info.norder || !k->concrete[at])
			return fail(ev, SOM_E_INIT, "class %s initialises %.300s, which is no ancestor that gives more than its interface", k->info.name, shown(name));
		if (place_in(first, i, k->info.order[at]) < i) return fail(ev, SOM_E_INIT, "class %s initialises %s twice", k->info.name, name);
		first[k->info.nfirst_inits++] = k->info.order[at];
	}
	for (uint32_t i = 0; i < k->info.nfirst_inits; i++) visit(k, K(first[i]), inits);
	inits[k->info.ninits++] = C(k);
	k->info.inits = inits, k->info.first_inits = first;
	return share(k, has_old(k), ev);
}

/* ---- All together ---- */

/* Whose code it is: that of its procedures, or else of whoever asks for it. What joins metaclasses may outlive that. */
static int find_library(klass *k, const void *caller, som_env *ev) {
	const uintptr_t code[] = {k->impls->n ? (uintptr_t)k->impls->e[0].proc : 0, (uintptr_t)k->own.init, (uintptr_t)caller};
	library *l = k->derived ? NULL : library_of(code);
	if (l && l->by && l->entered) return fail(ev, SOM_E_BUSY, "class %s cannot be made: its library %s is being unloaded", k->info.name, l->file);
	k->library = l;
	k->info.library = l ? l->file : NULL;
	k->group = l ? l->group : ++groups;
	return SOM_OK;
}

static klass *build(making *m, som_env *ev) {
	const som_class_desc *d = m->d;
	klass *k = allocate(m, ev);
	if (!k) return NULL;
	k->derived = !m->caller;
	m->nparents = 0; /* k's, from now on */
	m->metaclass = NULL;
	bool made = !set_abstract_parents(k, d, ev) && !linearise(k, ev) && !introduce(k, d, ev) &&
		!override(k, d, ev) && !select_parents(k, d, ev) && !lay_out(k, ev) && !plan_lives(k, d, ev) && !find_library(k, m->caller, ev) &&
		!table_fill(k, ev) && !register_class(k, ev);
	if (!made) return undefine(k), NULL;
	if (freed_row) freed_row_fill(k);
	return k;
}

void undefine(klass *k) {
	unregister_class(k);
	if (k->alive) end_life(&k->c.object, k->metaclass);
	for (castrow *r = k->casts; r; r = r->next) row_give(k, r->row);
	if (k->row) row_give(k, k->row);
	if (k->base) tokens_give(k->base, 2 + k->slots);
	classes_with_tokens -= k->base != 0;
	for (uint32_t i = 0; i < k->info.nparents; i++) K(k->info.parents[i])->subclasses--;
	if (k->metaclass) drop_metaclass(k->metaclass);
	forget_lookups();
	for (pool *p; (p = k->pool); give(p)) k->pool = p->next;
	give(k->raw);
}

klass *define_root(const som_class_desc *d, klass *parent, som_env *ev) {
	making m = {.d = d, .caller = d, .parents = {parent}, .nparents = parent != NULL};
	if (parent) parent->subclasses++;
	return build(&m, ev);
}

void become_instance(klass *k, klass *metaclass) {
	k->metaclass = metaclass;
	count_class(metaclass);
	k->c.object.mt = front_of(metaclass);
	k->by = NULL;
}

klass *define(const som_class_desc *desc, const void *caller, som_env *ev) {
	som_class_desc all = {.size_of = sizeof all};
	uint32_t size = desc ? desc->size_of : 0, least = offsetof(som_class_desc, typelib); /* what the first release had */
	if (size < least) return fail(ev, SOM_E_METHOD, "a class's description has %u octets; %u are the least", size, least), NULL;
	desc = memcpy(&all, desc, size < sizeof all ? size : sizeof all);
	if ((caller && is_elsewhere(desc)) || check(desc, !caller, ev) != SOM_OK) return NULL;
	making m = {.outer = makings, .d = desc, .caller = caller};
	makings = &m;
	klass *k = find_parents(&m, ev) == SOM_OK && find_metaclass(&m, ev) == SOM_OK ? build(&m, ev) : NULL;
	makings = m.outer;
	for (uint32_t i = 0; i < m.nparents; i++) m.parents[i]->subclasses--;
	if (m.metaclass) drop_metaclass(m.metaclass);
	if (!k) return NULL;
	k->c.object.mt = front_of(k->metaclass); /* the class as an object: what its library learns, its metaclass's part, and that all is there */
	if (desc->known) desc->known(&k->c.object, ev, desc->context);
	k->alive = ev->major == SOM_NO_EXCEPTION && begin_life(&k->c.object, k->metaclass, ev) == SOM_OK;
	if (k->alive) ((void (*)(som_ref, som_env *))*word_at(front_of(k->metaclass), tok_ready))(&k->c.object, ev);
	k->by = NULL;
	lock_wake();
	return ev->major == SOM_NO_EXCEPTION ? k : (unload_group(k, NULL, 0), NULL); /* or it stays: something uses it already */
}

som_class *som_class_define(const som_class_desc *desc, som_env *ev) {
	WITH_ENV(e, ev);
	LOCKED;
	klass *k = define(desc, __builtin_return_address(0), e);
	if (k) __atomic_add_fetch(&k->c.object.refs, lasting ? 2 : 1, __ATOMIC_RELAXED); /* one of them for good */
	return k ? C(k) : NULL;
}
