/* class.c: descriptions of classes, made once and found again by the class. */
#include "inner.h"

#include <pthread.h>
#include <stdio.h>

void *keep(size_t n) { return calloc(1, n ? n : 1); }

const char *keep_text(const char *s, size_t n) {
	char *p = keep(n + 1);
	return p ? memcpy(p, s, n) : NULL;
}

int raise_code(som_env *ev, uint32_t code, const char *format, ...) {
	static const struct { uint32_t code; const char *exception; } names[] = {{SOM_E_SIZE, "IMP_LIMIT"}, {SOM_E_DEPTH, "IMP_LIMIT"},
		{SOM_E_UNKNOWN, "BAD_OPERATION"}, {SOM_E_ABSTRACT, "NO_IMPLEMENT"}, {SOM_E_BUSY, "BAD_INV_ORDER"}, {SOM_E_MEMORY, "NO_MEMORY"}};
	char text[1024], id[64];
	const char *name = "BAD_PARAM";
	va_list ap;
	if (!ev) return (int)code;
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].code == code) name = names[i].exception;
	snprintf(id, sizeof id, "IDL:omg.org/CORBA/%s:1.0", name);
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	som_raise_system(ev, id, code, SOM_COMPLETED_NO, text);
	return (int)(ev->code = code);
}

/* ---- One at a time ---- */

static som_turn turn; /* not a lock: who waits for it may have the kernel's, which the one that has it may need */

bool describing(som_env *ev) { return som_turn_take(&turn, ev) == SOM_OK; }
void described(void) { som_turn_give(&turn); }

/* ---- Those that there are ---- */

typedef struct node { struct node *next; const som_class *cls; somh_class *is; } node;

enum { BUCKETS = 4096 };
static node *nodes[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* nothing else is taken under it */

static node **bucket(const som_class *c) { return &nodes[(uintptr_t)c / 64 % BUCKETS]; }

static somh_class *known(const som_class *c) {
	pthread_mutex_lock(&lock);
	node *n = *bucket(c);
	while (n && n->cls != c) n = n->next;
	pthread_mutex_unlock(&lock);
	return n ? n->is : NULL;
}

static void drop(somh_class *d) {
	free((void *)(uintptr_t)d->name);
	free((void *)(uintptr_t)d->parents);
	free((void *)(uintptr_t)d->order);
	free((void *)(uintptr_t)d->made);
	free(d);
}

node *hide(const somh_class *c) {
	pthread_mutex_lock(&lock);
	node **at = bucket(c->cls), *n;
	while ((n = *at) && n->is != c) at = &n->next;
	if (n) *at = n->next;
	pthread_mutex_unlock(&lock);
	return n;
}

void show(node *n) {
	if (!n) return;
	node **at = bucket(n->cls);
	pthread_mutex_lock(&lock);
	n->next = *at;
	*at = n;
	pthread_mutex_unlock(&lock);
}

static bool remember(somh_class *d) {
	node *n = keep(sizeof *n);
	if (!n) return false;
	*n = (node){NULL, d->cls, d};
	show(n);
	return true;
}

void forget(node *n) {
	if (n) drop(n->is);
	free(n);
}

/* ---- Making one ---- */

/* A declaration in a class: an attribute or an operation. */
typedef struct member { const char *name; uint32_t decl, kind; } member;

static int by_name(const void *a, const void *b) {
	const member *x = a, *y = b;
	int n = strcmp(x->name, y->name);
	return n ? n : x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : x->decl < y->decl ? -1 : x->decl > y->decl;
}

/* What a class declares that methods belong to, sorted; NULL: why says why not, or there is none. */
static member *members_of(const somt *t, uint32_t cls, uint32_t *n, const char **why) {
	member *all = NULL;
	uint32_t room = 0;
	somt_decl d;
	*n = 0;
	for (uint32_t i = cls + 1; somt_at(t, i, &d) && d.scope >= cls; i++) {
		if (i - cls > SOMH_MAX_PARTS) return free(all), *n = 0, *why = "its class has more than 65536 declarations (SOMH_MAX_PARTS)", NULL;
		if (d.scope != cls || (d.kind != SOMT_ATTRIBUTE && d.kind != SOMT_OPERATION)) continue;
		if (*n == room) {
			member *more = realloc(all, (room = 2 * room + 64) * sizeof *all);
			if (!more) return free(all), *n = 0, *why = "there is no memory", NULL;
			all = more;
		}
		all[(*n)++] = (member){d.name, i, d.kind};
	}
	if (*n) qsort(all, *n, sizeof *all, by_name);
	return all;
}

static uint32_t member_named(const member *all, uint32_t n, const char *name, uint32_t kind) {
	uint32_t least = 0;
	for (uint32_t most = n; least < most;) {
		uint32_t at = least + (most - least) / 2;
		int c = strcmp(all[at].name, name);
		if (c < 0 || (c == 0 && all[at].kind < kind)) least = at + 1;
		else most = at;
	}
	return least < n && all[least].kind == kind && !strcmp(all[least].name, name) ? all[least].decl : 0;
}

/* The declaration that a method belongs to, or 0; set: it sets an attribute. */
static uint32_t declaration_of(const member *all, uint32_t n, const char *name, bool *set) {
	bool get = !strncmp(name, "_get_", 5), puts = !strncmp(name, "_set_", 5);
	uint32_t at = get || puts ? member_named(all, n, name + 5, SOMT_ATTRIBUTE) : 0;
	*set = puts && at;
	return at ? at : member_named(all, n, name, SOMT_OPERATION);
}

static bool fill_methods(somh_class *c, const som_class_info *info, library *l, uint32_t decl) {
	somh_method *all = keep(((size_t)info->nintroduces + 1) * sizeof *all);
	const char *why = NULL;
	uint32_t n = 0, ndeclared = 0;
	member *declared = l && decl ? members_of(l->t, decl, &ndeclared, &why) : NULL;
	for (uint32_t i = 0; all && i < info->nintroduces; i++) {
		const som_method_info *of = &info->introduces[i];
		if (of->migrated) continue; /* it is the ancestor's */
		somh_method *m = &all[n];
		char qualified[2 * MAX_NAME];
		som_found f = {.size_of = sizeof f};
		bool set = false;
		*m = (somh_method){.name = of->name, .sig = of->sig, .cls = c, .token = of->token, .kind = of->kind};
		if (of->kind == SOM_PROCEDURE) {
			snprintf(qualified, sizeof qualified, "%s::%s", info->name, of->name);
			if (som_lookup(c->cls, qualified, &f, NULL) != SOM_OK || !f.proc) continue; /* a place that is kept for one */
			m->proc = f.proc;
		}
		uint32_t at = declaration_of(declared, ndeclared, of->name, &set);
		fill_method(m, l, at, set);
		if (why && m->why) m->why = why;
		n++;
	}
	free(declared);
	c->methods = all;
	c->nmethods = n;
	return all != NULL;
}

/* Of ancestors' methods those that the class implements itself. */
static bool fill_owns(somh_class *c) {
	size_t n = 0, room = 0;
	const somh_method **owns = NULL;
	for (uint32_t i = 1; i < c->norder; i++)
		for (uint32_t k = 0; k < c->order[i]->nmethods; k++) {
			const somh_method *m = &c->order[i]->methods[k];
			char qualified[2 * MAX_NAME];
			som_found f = {.size_of = sizeof f};
			if (m->kind != SOM_STATIC) continue;
			snprintf(qualified, sizeof qualified, "%s::%s", m->cls->name, m->name);
			if (som_lookup(c->cls, qualified, &f, NULL) != SOM_OK || f.owner != c->cls) continue;
			if (n == room) {
				const somh_method **more = realloc(owns, (room = 2 * room + 8) * sizeof *owns);
				if (!more) return free(owns), false;
				owns = more;
			}
			owns[n++] = m;
		}
	c->owns = owns;
	c->nowns = (uint32_t)n;
	return true;
}

static bool fill_types(somh_class *c, library *l, uint32_t decl) {
	somt_decl d;
	uint32_t n = 0;
	for (uint32_t i = decl + 1; i - decl <= SOMH_MAX_PARTS && somt_at(l->t, i, &d) && d.scope >= decl; i++)
		n += d.scope == decl && d.kind >= SOMT_STRUCT && d.kind <= SOMT_EXCEPTION;
	const somh_type **types = keep(((size_t)n + 1) * sizeof *types);
	if (!types) return false;
	for (uint32_t i = decl + 1; i - decl <= SOMH_MAX_PARTS && somt_at(l->t, i, &d) && d.scope >= decl; i++)
		if (d.scope == decl && d.kind >= SOMT_STRUCT && d.kind <= SOMT_EXCEPTION) types[c->ntypes++] = type_of_decl(l, i);
	c->types = types;
	return true;
}

static bool fill_ancestors(somh_class *c, const som_class_info *info) {
	const somh_class **parents = keep((info->nparents + 1) * sizeof *parents), **order = keep(info->norder * sizeof *order), **made = keep(info->norder * sizeof *made);
	c->parents = parents, c->order = order, c->made = made;
	if (!parents || !order || !made) return false;
	order[0] = c;
	for (uint32_t i = 1; i < info->norder; i++)
		if (!(order[i] = known(info->order[i]))) return false;
	for (uint32_t i = 0; i < info->norder; i++)
		if (!strcmp(order[i]->name, "SOMDClientProxy")) c->elsewhere = 1;
	for (uint32_t i = 0; i < info->nparents; i++)
		if (!(parents[i] = known(info->parents[i]))) return false;
	c->nparents = info->nparents;
	c->norder = info->norder;
	for (uint32_t i = 0; i < info->norder; i++)
		if (order[i]->made_by) made[c->nmade++] = order[i];
	return true;
}

/* The description of a class whose ancestors have one. */
static somh_class *build(const som_class *cls, som_env *ev) {
	void *context = NULL, *made_by = made_here(cls, &context);
	const som_class_info *info = som_class_describe(cls);
	somh_class *c = keep(sizeof *c);
	const char *name = keep_text(info->name, strlen(info->name));
	if (c) *c = (somh_class){.cls = (som_class *)(uintptr_t)cls, .name = name, .major = info->major, .minor = info->minor, .flags = info->flags, .made_by = made_by, .context = context};
	bool ok = c && name && fill_ancestors(c, info);
	library *l = ok && info->typelib ? library_of(info->typelib) : NULL;
	uint32_t decl = l ? somt_find(l->t, info->name) : 0;
	somt_decl d;
	if (decl && (!somt_at(l->t, decl, &d) || d.kind != SOMT_INTERFACE)) decl = 0;
	if (ok && decl) c->doc = doc_of(l->t, decl), ok = fill_types(c, l, decl);
	if (ok && !made_by) ok = fill_methods(c, info, l, decl) && fill_owns(c);
	if (ok && remember(c)) {
		if (!made_by) som_retain((som_ref)c->cls); /* it is held for good */
		return c;
	}
	raise_code(ev, SOM_E_MEMORY, "no memory for the description of class %s", info->name);
	if (c) drop(c);
	return NULL;
}

somh_class *describe_in_turn(const som_class_info *info, som_env *ev) {
	somh_class *c = NULL;
	for (uint32_t i = info->norder; i-- > 0 && !((c = known(info->order[i])) == NULL && (c = build(info->order[i], ev)) == NULL);) {}
	return c;
}

const somh_class *somh_describe(som_class *cls, som_env *ev) {
	const som_class_info *info = som_class_describe(cls);
	if (!info) return raise_code(ev, SOM_E_TYPE, "a class is asked for"), NULL;
	somh_class *c = known(cls);
	if (c || !describing(ev)) return c;
	c = describe_in_turn(info, ev);
	described();
	return c;
}

const somh_class *somh_named(const char *name, som_env *ev) {
	som_class *c = som_class_named(name, ev);
	const somh_class *is = c ? somh_describe(c, ev) : NULL;
	som_release((som_ref)c); /* the description holds it */
	return is;
}

const somh_method *somh_find(const somh_class *c, const char *name, som_env *ev) {
	const char *bare = name;
	const somh_method *found = NULL;
	for (const char *at = name; (at = strstr(at, "::")); at += 2)
		bare = at + 2;
	size_t of = bare == name ? 0 : (size_t)(bare - name) - 2;
	for (uint32_t i = 0; i < c->norder; i++) {
		const somh_class *in = c->order[i];
		if (of && (strlen(in->name) != of || memcmp(in->name, name, of) != 0)) continue;
		for (uint32_t k = 0; k < in->nmethods; k++) {
			if (strcmp(in->methods[k].name, bare) != 0) continue;
			if (found) return raise_code(ev, SOM_E_AMBIGUOUS, "class %s: %s is %s's and %s's: say which, %s::%s", c->name, name, found->cls->name, in->name, in->name, bare), NULL;
			found = &in->methods[k];
		}
	}
	if (!found) raise_code(ev, SOM_E_UNKNOWN, "class %s has no method %s", c->name, name);
	return found;
}

const somh_type *somh_type_named(const somh_class *c, const char *scoped) {
	const som_class_info *info = som_class_describe(c->cls);
	const somh_type *t = NULL;
	if (!info || !info->typelib || !describing(NULL)) return NULL;
	library *l = library_of(info->typelib);
	uint32_t decl = l ? somt_find(l->t, scoped) : 0;
	somt_decl d;
	if (decl && somt_at(l->t, decl, &d) && d.kind >= SOMT_STRUCT && d.kind <= SOMT_EXCEPTION) t = type_of_decl(l, decl);
	described();
	return t;
}
